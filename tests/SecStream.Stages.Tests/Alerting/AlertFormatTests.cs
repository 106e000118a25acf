using SecStream.Core.Alerts;
using SecStream.Stages.Alerting;
using Xunit;
using static SecStream.Stages.Tests.Alerting.Samples;

namespace SecStream.Stages.Tests.Alerting;

public sealed class AlertFormatTests
{
    [Fact]
    public void Read_WhatWasWritten_GivesTheSameDocument()
    {
        foreach (var (alert, rule) in ((Alert, SecStream.Stages.Rules.Model.AlertRule)[])[
            (AnomalyOf(P5, "7f3a", AnomalySentenceTests.Number("request_rate", "requests", 4120, 310, 118, 643)), P5),
            (AnomalyOf(L3, "alice") with { Country = "NL" }, L3), (Make(C1, Noon, 6), C1), (Make(C1, Noon, 6) with { Country = null }, C1)])
        {
            using var bytes = new MemoryStream();
            using var writer = new BinaryWriter(bytes);
            AlertFormat.Write(writer, alert);
            bytes.Position = 0;
            using var reader = new BinaryReader(bytes);
            var back = AlertFormat.Read(reader, new NamePool());

            Assert.Equal(bytes.Length, bytes.Position);
            using var document = new AlertDocument(Versions);
            var before = document.Write(alert, rule, default).ToArray();
            Assert.Equal(before, document.Write(back, rule, default).ToArray());
        }
    }
}
