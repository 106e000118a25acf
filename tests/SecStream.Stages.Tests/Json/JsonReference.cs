using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using SecStream.Core.Events;
using SecStream.Core.Fields;
using Xunit;

namespace SecStream.Stages.Tests.Json;

/// <summary>The slow, obviously right way to what <c>JsonFieldParser</c> should find, by way of the library's own reader.</summary>
internal static class JsonReference
{
    /// <summary>Field id → the value expected; null when the document is to be refused.</summary>
    public static Dictionary<int, JsonElement>? Read(byte[] json, FieldCatalog catalog)
    {
        if (!Utf8.IsValid(json))
        {
            return null;
        }

        try
        {
            // A JsonDocument of its own per element: the values must live as long as the result.
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var found = new Dictionary<int, JsonElement>();
            Walk(document.RootElement.Clone(), "", catalog, found);
            return found;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Fails unless the record holds exactly the values expected.</summary>
    public static void AssertSame(Dictionary<int, JsonElement> expected, EventRecord record, FieldCatalog catalog)
    {
        Assert.Equal(expected.Keys.Order(), record.Present.ToArray().Order());
        foreach (var (field, element) in expected)
        {
            var value = record.Get(field);
            var text = Encoding.UTF8.GetString(record.Text(in value));
            var label = catalog.Name(field);
            switch (element.ValueKind)
            {
                case JsonValueKind.String:
                    Assert.Equal((label, FieldKind.Text, Unescaped(element)), (label, value.Kind, text));
                    break;
                case JsonValueKind.Number when IsInteger(element, out var integer):
                    Assert.Equal((label, FieldKind.Integer, integer, element.GetRawText()), (label, value.Kind, value.Bits, text));
                    break;
                case JsonValueKind.Number:
                    Assert.Equal((label, FieldKind.Float, element.GetDouble(), element.GetRawText()), (label, value.Kind, value.Number, text));
                    break;
                case JsonValueKind.True or JsonValueKind.False:
                    Assert.Equal((label, FieldKind.Bool, element.GetBoolean() ? 1L : 0L), (label, value.Kind, value.Bits));
                    break;
                case JsonValueKind.Null:
                    Assert.Equal((label, FieldKind.Null), (label, value.Kind));
                    break;
                default:
                    Assert.Equal((label, FieldKind.Array, element.GetRawText()), (label, value.Kind, text));
                    break;
            }
        }
    }

    private static void Walk(JsonElement element, string prefix, FieldCatalog catalog, Dictionary<int, JsonElement> found)
    {
        foreach (var property in element.EnumerateObject())
        {
            var path = prefix + Name(property);
            if (property.Value.ValueKind == JsonValueKind.Object)
            {
                Walk(property.Value, path + ".", catalog, found);
            }
            else if (catalog.Find(path) is >= 0 and var field)
            {
                found[field] = property.Value;
            }
        }
    }

    private static bool IsInteger(JsonElement number, out long value)
    {
        value = 0;
        return number.GetRawText().IndexOfAny(['.', 'e', 'E']) < 0
            && long.TryParse(number.GetRawText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    private static string Name(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return "\uFFFF lone surrogate, no name of ours";
        }
    }

    private static string Unescaped(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // The library refuses lone surrogates here; ours become U+FFFD. Slow and apart from the product's code: over UTF-16.
            var text = new StringBuilder();
            var raw = element.GetRawText()[1..^1];
            for (var i = 0; i < raw.Length; i++)
            {
                if (raw[i] != '\\')
                {
                    text.Append(raw[i]);
                    continue;
                }

                i++;
                if (raw[i] == 'u')
                {
                    text.Append((char)int.Parse(raw.AsSpan(i + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                    i += 4;
                }
                else
                {
                    text.Append(raw[i] switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', var c => c });
                }
            }

            return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.ToString()));
        }
    }
}
