namespace SecStream.Connectors.Http;

/// <summary>Finds the end of a JSON object fed in pieces: counts brackets outside of strings. Whether it is JSON is not its business.</summary>
internal struct JsonExtent
{
    private int _depth;
    private bool _inString;
    private bool _escaped;

    /// <summary>Looks at the next piece; returns how many bytes of it belong to the object once its last bracket is there, else -1.</summary>
    public int Find(ReadOnlySpan<byte> piece)
    {
        for (var i = 0; i < piece.Length; i++)
        {
            var value = piece[i];
            if (_inString)
            {
                if (_escaped)
                {
                    _escaped = false;
                }
                else if (value == '\\')
                {
                    _escaped = true;
                }
                else if (value == '"')
                {
                    _inString = false;
                }
            }
            else if (value == '"')
            {
                _inString = true;
            }
            else if (value is (byte)'{' or (byte)'[')
            {
                _depth++;
            }
            else if (value is (byte)'}' or (byte)']' && --_depth <= 0)
            {
                return i + 1;
            }
        }

        return -1;
    }
}
