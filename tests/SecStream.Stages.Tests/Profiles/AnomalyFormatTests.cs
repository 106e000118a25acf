using SecStream.Core.Alerts;
using SecStream.Core.Features;
using SecStream.Core.Observations;
using SecStream.Core.Text;
using Xunit;
using static SecStream.Stages.Tests.Profiles.AnomalyHarness;

namespace SecStream.Stages.Tests.Profiles;

public sealed class AnomalyFormatTests
{
    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        var anomaly = Window(0, 0.86, events: 1234) with
        {
            Severity = null,
            Contributions = [new("country", "country", 0, 0, 0, 0, 0.4, double.NaN, "DE", "NL, BE"), new("bytes", "bytes", 1e12, 3, -1, double.PositiveInfinity, 0.6, 9)],
        };
        var back = AnomalyFormat.Read(Bytes(anomaly, 77), out var subject);

        Assert.Equal(77UL, subject);
        Assert.Equal(Bytes(anomaly, 77), Bytes(back, 77));
        Assert.Equal(anomaly.Contributions, back.Contributions);
        Assert.Equal(anomaly.Evidence, back.Evidence);
        Assert.Equal(
            (anomaly.Severity, anomaly.Profile, anomaly.Start, anomaly.End, anomaly.Events, anomaly.Grade),
            (back.Severity, back.Profile, back.Start, back.End, back.Events, back.Grade));
    }

    [Fact]
    public void Write_TheLargestThereIs_KeepsItsBound()
    {
        var text = new string('€', 5000);
        var anomaly = Window(0, 0.86) with
        {
            Profile = text,
            Model = text,
            Start = long.MinValue / 2,
            End = long.MaxValue / 2,
            Events = long.MaxValue,
            Detectors = [.. Enumerable.Repeat(new DetectorOpinion(text, 1, 1, 1), 50)],
            Contributions = [.. Enumerable.Repeat(new Contribution(text, text, 1, 1, 1, 1, 1, 1, text, text), 50)],
            Evidence = [.. Enumerable.Repeat(new WindowEvent(new EventId(ulong.MaxValue, ulong.MaxValue), long.MaxValue / 2, int.MaxValue), 500)],
        };
        var bytes = Bytes(anomaly, ulong.MaxValue);
        Assert.InRange(bytes.Length, 1, AnomalyFormat.MaxBytes);
        var back = AnomalyFormat.Read(bytes, out _);
        Assert.Equal(
            (AnomalyFormat.MaxEvidence, AnomalyFormat.MaxContributions, AnomalyFormat.MaxDetectors),
            (back.Evidence.Length, back.Contributions.Length, back.Detectors.Length));
        Assert.DoesNotContain('\ufffd', back.Contributions[0].Value!);
    }

    [Fact]
    public void Read_DamagedOrOfAnotherVersion_IsRefused()
    {
        var bytes = Bytes(Window(0, 0.86), 1);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => AnomalyFormat.Read(bytes.AsSpan(0, length), out _));
        }

        bytes[0] = 9;
        Assert.Contains("format 9", Assert.Throws<InvalidDataException>(() => AnomalyFormat.Read(bytes, out _)).Message, StringComparison.Ordinal);
    }

    private static byte[] Bytes(Anomaly anomaly, ulong subject)
    {
        var writer = new ByteWriter();
        AnomalyFormat.Write(writer, anomaly, subject);
        return writer.Written.ToArray();
    }
}
