using System.Globalization;
using System.Text;
using SecStream.Core.Events;
using SecStream.Core.Text;
using SecStream.Host.Benchmark;

namespace SecStream.Integration.Tests.Load;

/// <summary>What the events of a batch are about.</summary>
internal enum Mix
{
    /// <summary>Logins, each of another entity: to make them all known.</summary>
    Fill,

    /// <summary>The mixture of the benchmark: web, flows, processes, applications, a few logins.</summary>
    Daily,
}

/// <summary>
/// Events for a service under load: the shapes of the benchmark, cut where the time, the address and the user go, so that making one costs a tenth of
/// what the service has to do for it. Every event bears a number; what is stored is counted by it. Entities are met one after another, and none has
/// so many failed logins that an alert would be right. Thread-safe.
/// </summary>
internal sealed class LoadEvents
{
    /// <summary>Distinct entities: an address and a user each.</summary>
    public const int Entities = 1_000_000;

    /// <summary>Stands before the number of an event.</summary>
    public const string Mark = "q#";

    /// <summary>Digits of the number of an event.</summary>
    public const int Digits = 10;

    private const int PoolSize = 2048;
    private const int PlaceUser = 777;
    private const int ProbeFailures = 6;

    /// <summary>Of the sweeps over all entities, one in so many fails to log in: two failures in a quarter of an hour at most.</summary>
    private const int FailingSweep = 8;

    private static readonly (Shape Shape, int Share)[] s_daily =
        [(Shape.Web, 36), (Shape.Flow, 29), (Shape.Process, 13), (Shape.Application, 14), (Shape.Api, 1), (Shape.Login, 4), (Shape.LoginFailure, 3)];

    private readonly Dictionary<Shape, Cut[]> _pools;
    private readonly Shape[] _shapeOf = [.. s_daily.SelectMany(m => Enumerable.Repeat(m.Shape, m.Share))];
    private long _number;
    private long _entity;
    private long _other;

    public LoadEvents()
    {
        var (draw, place) = (new Draw(20260302), Rendered(w => Population.WriteAddress(w, 0)));
        var shapes = new EventShapes(draw, idShare: 0);
        var user = Rendered(w => Population.WriteUser(w, PlaceUser));
        _pools = s_daily.ToDictionary(m => m.Shape, m => Enumerable.Range(0, PoolSize).Select(i => new Cut(
            Rendered(w => shapes.Write(new PlannedEvent(0, m.Shape, 0, PlaceUser, Detail(m.Shape, i)), w)), Rendered(w => w.WriteTimestamp(0)), place, user)).ToArray());
    }

    /// <summary>Where the text of an event is cut; each piece is followed by what belongs there.</summary>
    private enum Place
    {
        End,
        Time,
        Address,
        User,
    }

    /// <summary>Events made so far.</summary>
    public long Count => Interlocked.Read(ref _number);

    /// <summary>Entities met so far by logins.</summary>
    public long Met => Interlocked.Read(ref _entity);

    /// <summary>Address of the attacker of a probe; none of the entities.</summary>
    public static string ProbeAddress(int probe) => string.Create(CultureInfo.InvariantCulture, $"82.{(probe >> 16) & 255}.{(probe >> 8) & 255}.{probe & 255}");

    /// <summary>Adds a body for <c>_bulk</c>.</summary>
    public void WriteBulk(ByteWriter output, int count, Mix mix, DateTime now)
    {
        var number = Interlocked.Add(ref _number, count) - count;
        var time = Encoding.ASCII.GetBytes(Time(now));
        for (var i = 0; i < count; i++)
        {
            output.Write("{\"create\":{\"_index\":\"load\"}}\n"u8);
            var shape = mix == Mix.Daily ? _shapeOf[(number + i) * 37 % _shapeOf.Length] : Shape.Login;
            var entity = shape is Shape.Login or Shape.LoginFailure ? NextEntity(ref shape) : Interlocked.Increment(ref _other) * 7919 % Entities;
            WriteEvent(output, shape, number + i, time, entity);
        }
    }

    /// <summary>Adds syslog lines of sshd, the number as MSGID.</summary>
    public void WriteSyslog(ByteWriter output, int count, DateTime now)
    {
        var number = Interlocked.Add(ref _number, count) - count;
        var time = Time(now);
        for (var i = 0; i < count; i++)
        {
            var shape = Shape.Login;
            var entity = NextEntity(ref shape);
            output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $"<86>1 {time} bastion-{entity % 12} sshd {1000 + (entity % 30_000)} {Mark}{number + i:D10} - {(shape == Shape.Login ? "Accepted" : "Failed")} password for u{entity} from {Address(entity)} port 4022 ssh2\n")));
        }
    }

    /// <summary>Adds an attack to a body for <c>_bulk</c>: guesses at one user from one address. C1 and L5 open at the fifth, P1 at the sixth.</summary>
    public int WriteProbe(ByteWriter output, int probe, DateTime now)
    {
        var number = Interlocked.Add(ref _number, ProbeFailures) - ProbeFailures;
        for (var i = 0; i < ProbeFailures; i++)
        {
            output.Write(Encoding.ASCII.GetBytes(
                $"{{\"create\":{{\"_index\":\"load\"}}}}\n{{\"@timestamp\":\"{Time(now.AddMicroseconds(i))}\",\"event\":{{\"action\":\"login_failed\",\"category\":\"authentication\",\"outcome\":\"failure\"}},"
                + $"\"source\":{{\"ip\":\"{ProbeAddress(probe)}\"}},\"user\":{{\"name\":\"victim{probe}\"}},\"labels.load\":\"{Mark}{number + i:D10}\"}}\n"));
        }

        return ProbeFailures;
    }

    /// <summary>Adds the same attack as sshd tells of it.</summary>
    public int WriteSyslogProbe(ByteWriter output, int probe, DateTime now)
    {
        var number = Interlocked.Add(ref _number, ProbeFailures) - ProbeFailures;
        for (var i = 0; i < ProbeFailures; i++)
        {
            output.Write(Encoding.ASCII.GetBytes(
                $"<86>1 {Time(now.AddMicroseconds(i))} bastion-1 sshd 4711 {Mark}{number + i:D10} - Failed password for victim{probe} from {ProbeAddress(probe)} port {4000 + i} ssh2\n"));
        }

        return ProbeFailures;
    }

    private static string Time(DateTime now) => now.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    private static string Address(long entity) => string.Create(CultureInfo.InvariantCulture, $"81.{(entity >> 16) & 255}.{(entity >> 8) & 255}.{entity & 255}");

    private static byte[] Rendered(Action<ByteWriter> write)
    {
        var writer = new ByteWriter();
        write(writer);
        return writer.Written.ToArray();
    }

    private static string Detail(Shape shape, int i) => shape switch
    {
        Shape.Login => "login_success",
        Shape.LoginFailure => "login_failed",
        Shape.Api => string.Create(CultureInfo.InvariantCulture, $"ak_{i:x4}"),
        _ => "",
    };

    private long NextEntity(ref Shape shape)
    {
        var next = Interlocked.Increment(ref _entity) - 1;
        shape = next / Entities % FailingSweep == 0 && next % 2 == 0 ? Shape.LoginFailure : Shape.Login;
        return next % Entities;
    }

    private void WriteEvent(ByteWriter output, Shape shape, long number, byte[] time, long entity)
    {
        var pool = _pools[shape];
        foreach (var (text, place) in pool[number % pool.Length].Pieces)
        {
            output.Write(text);
            switch (place)
            {
                case Place.Time:
                    output.Write(time);
                    break;
                case Place.Address:
                    output.Write("81."u8);
                    output.WriteInteger((entity >> 16) & 255);
                    output.WriteByte((byte)'.');
                    output.WriteInteger((entity >> 8) & 255);
                    output.WriteByte((byte)'.');
                    output.WriteInteger(entity & 255);
                    break;
                case Place.User:
                    output.WriteByte((byte)'u');
                    output.WriteInteger(entity);
                    break;
                default:
                    output.Write(",\"labels.load\":\"q#"u8);
                    number.TryFormat(output.Reserve(Digits), out _, "D10", CultureInfo.InvariantCulture);
                    output.Advance(Digits);
                    output.Write("\"}\n"u8);
                    break;
            }
        }
    }

    /// <summary>An event in pieces.</summary>
    private sealed class Cut
    {
        public Cut(byte[] line, byte[] time, byte[] address, byte[] user)
        {
            var (pieces, start, at) = (new List<(byte[], Place)>(), 0, 0);
            while (at < line.Length)
            {
                var rest = line.AsSpan(at);
                var (place, length) = rest.StartsWith(time) ? (Place.Time, time.Length)
                    : rest.StartsWith(address) ? (Place.Address, address.Length)
                    : rest.StartsWith(user) ? (Place.User, user.Length)
                    : (Place.End, 1);
                if (place != Place.End)
                {
                    pieces.Add((line[start..at], place));
                    start = at + length;
                }

                at += length;
            }

            // Without the closing brace and the line end.
            pieces.Add((line[start..^2], Place.End));
            Pieces = [.. pieces];
        }

        public (byte[] Text, Place Place)[] Pieces { get; }
    }
}
