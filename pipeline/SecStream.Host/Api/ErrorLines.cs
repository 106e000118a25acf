using System.Text;
using Microsoft.Extensions.Logging;

namespace SecStream.Host.Api;

/// <summary>Errors of the web server, one line each. What is logged below an error is the client's affair and goes nowhere.</summary>
internal sealed class ErrorLines(TextWriter target) : ILoggerProvider
{
    private const int MaxLength = 1000;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Line(target);

    /// <inheritdoc/>
    public void Dispose()
    {
        // The writer belongs to the process.
    }

    private sealed class Line(TextWriter target) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            // A message can quote what a client sent: no control character of it reaches a terminal.
            var text = new StringBuilder("http: ").Append(formatter(state, exception));
            if (exception is not null)
            {
                text.Append(": ").Append(exception.GetType().Name).Append(": ").Append(exception.Message);
            }

            for (var i = 0; i < text.Length; i++)
            {
                text[i] = char.IsControl(text[i]) ? ' ' : text[i];
            }

            target.WriteLine(text.Length <= MaxLength ? text.ToString() : text.ToString(0, MaxLength));
        }
    }
}
