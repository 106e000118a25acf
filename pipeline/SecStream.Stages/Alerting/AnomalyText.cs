using System.Text.Json;
using SecStream.Core.Features;

namespace SecStream.Stages.Alerting;

/// <summary>What an alert document says about an anomaly: how strange the window is, who says so, and what makes it so.</summary>
internal static class AnomalyText
{
    public static void Write(Utf8JsonWriter json, Anomaly anomaly)
    {
        json.WriteStartObject("anomaly");
        json.WriteString("profile", anomaly.Profile);
        json.WriteString("model", anomaly.Model);
        DocumentText.WriteNumber(json, "grade", anomaly.Grade);
        DocumentText.WriteNumber(json, "p", anomaly.P);
        DocumentText.WriteNumber(json, "confidence", anomaly.Confidence);
        DocumentText.WriteNumber(json, "expected_false_per_day", anomaly.ExpectedFalsePerDay);
        if (anomaly.Severity is { } severity)
        {
            json.WriteString("severity", DocumentText.Name(severity));
        }

        json.WriteStartObject("window");
        DocumentText.WriteTime(json, "start", anomaly.Start);
        DocumentText.WriteTime(json, "end", anomaly.End);
        json.WriteEndObject();
        WriteDetectors(json, anomaly.Detectors);
        json.WriteStartArray("contributions");
        Array.ForEach(anomaly.Contributions, contribution => WriteContribution(json, contribution));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteDetectors(Utf8JsonWriter json, DetectorOpinion[] detectors)
    {
        json.WriteStartArray("detectors");
        foreach (var detector in detectors)
        {
            json.WriteStartObject();
            json.WriteString("name", detector.Name);
            DocumentText.WriteNumber(json, "score", detector.Score);
            DocumentText.WriteNumber(json, "p", detector.P);
            DocumentText.WriteNumber(json, "weight", detector.Weight);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>A number has what was expected, a category the value that is unusual and what is usual instead.</summary>
    private static void WriteContribution(Utf8JsonWriter json, Contribution contribution)
    {
        json.WriteStartObject();
        json.WriteString("feature", contribution.Feature);
        if (contribution.Value is { } value)
        {
            json.WriteString("value", value);
            if (contribution.Known is { Length: > 0 } known)
            {
                json.WriteString("known", known);
            }
        }
        else
        {
            DocumentText.WriteNumber(json, "observed", contribution.Observed);
            DocumentText.WriteNumber(json, "expected", contribution.Expected);
            json.WriteStartObject("range");
            DocumentText.WriteNumber(json, "low", contribution.Low);
            DocumentText.WriteNumber(json, "high", contribution.High);
            json.WriteEndObject();
            DocumentText.WriteNumber(json, "deviation", contribution.Deviation);
        }

        DocumentText.WriteNumber(json, "share", contribution.Share);
        json.WriteEndObject();
    }
}
