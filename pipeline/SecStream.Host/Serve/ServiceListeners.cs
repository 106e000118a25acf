using SecStream.Connectors.Syslog;
using SecStream.Host.Configuration;

namespace SecStream.Host.Serve;

/// <summary>The syslog listeners. They start last and stop first: what they accept is in a journal before anything else happens to it.</summary>
internal sealed class ServiceListeners : IAsyncDisposable
{
    private ServiceListeners(SyslogUdpListener? udp, SyslogTcpListener? tcp) => (Udp, Tcp) = (udp, tcp);

    /// <summary>Datagrams; null: off.</summary>
    public SyslogUdpListener? Udp { get; }

    /// <summary>Connections; null: off.</summary>
    public SyslogTcpListener? Tcp { get; }

    /// <summary>Binds and begins to receive.</summary>
    /// <exception cref="ConfigurationException">An address can't be had.</exception>
    public static async Task<ServiceListeners> StartAsync(SyslogSettings options, ServiceSources sources, TimeProvider time)
    {
        SyslogUdpListener? udp = null;
        try
        {
            udp = options.Udp is { } datagrams
                ? SyslogUdpListener.Start(Journal(sources, ServiceSources.SyslogUdp), new SyslogUdpOptions { Endpoint = datagrams }, time)
                : null;
            var tcp = options.Tcp is { } connections
                ? SyslogTcpListener.Start(Journal(sources, ServiceSources.SyslogTcp), TcpOptions(options, connections), time)
                : null;
            return new ServiceListeners(udp, tcp);
        }
        catch (IOException fault)
        {
            if (udp is not null)
            {
                await udp.DisposeAsync().ConfigureAwait(false);
            }

            throw new ConfigurationException(fault.Message, fault);
        }
    }

    /// <summary>Takes what has been received, then closes.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Udp is not null)
        {
            await Udp.DisposeAsync().ConfigureAwait(false);
        }

        if (Tcp is not null)
        {
            await Tcp.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static SyslogTcpOptions TcpOptions(SyslogSettings options, System.Net.IPEndPoint endpoint) => new()
    {
        Endpoint = endpoint,
        MaxFrameBytes = options.MaxMessageBytes,
        MaxConnections = options.MaxConnections,
        IdleTimeout = options.IdleTimeout,
    };

    private static Connectors.Journal.RecordJournal Journal(ServiceSources sources, string name) =>
        sources.Journal(name) ?? throw new InvalidOperationException($"the journal {name} is not open");
}
