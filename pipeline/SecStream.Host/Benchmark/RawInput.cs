using System.Globalization;
using System.Text;
using SecStream.Core.Events;
using SecStream.Core.Text;

namespace SecStream.Host.Benchmark;

/// <summary>
/// The second input: lines as servers write them, without any JSON. One file of sshd, PAM, sudo and cron lines in RFC 3164 form, one of an
/// Apache access log in combined form; the same hours, addresses and skew as <see cref="EventInput"/>.
/// </summary>
internal sealed class RawInput
{
    private const int FlushBytes = 1 << 20;
    private const int SshShare = 40;
    private const double BurstShare = 0.01;

    private static readonly Template s_access = new("""$Ip$ - - [$Time$] "$Method$ $Url$ HTTP/1.1" $Status$ $Bytes$ "https://shop.example/start" "$Agent$" """);

    private static readonly Template[] s_auth =
    [
        new("$Time$ $Host$ sshd[$Number$]: Accepted publickey for $User$ from $Ip$ port $Port$ ssh2: ED25519 SHA256:$Hex$"),
        new("$Time$ $Host$ sshd[$Number$]: Received disconnect from $Ip$: 11: disconnected by user"),
        new("$Time$ $Host$ sshd[$Number$]: pam_unix(sshd:session): session opened for user $User$ by (uid=0)"),
        new("$Time$ $Host$ CRON[$Number$]: pam_unix(cron:session): session closed for user root"),
        new("$Time$ $Host$ sudo:   $User$ : TTY=pts/0 ; PWD=/home/$User$ ; USER=root ; COMMAND=/usr/bin/systemctl status nginx"),
        new("$Time$ $Host$ systemd[1]: Started Session $Number$ of user $User$."),
        new("$Time$ $Host$ sshd[$Number$]: Connection closed by $Ip$ port $Port$ [preauth]"),
    ];

    /// <summary>The lines sshd writes of one failed attempt, one process id.</summary>
    private static readonly Template[] s_failure =
    [
        new("$Time$ $Host$ sshd[$Number$]: Invalid user $User$ from $Ip$ port $Port$"),
        new("$Time$ $Host$ sshd[$Number$]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=$Ip$"),
        new("$Time$ $Host$ sshd[$Number$]: Failed password for invalid user $User$ from $Ip$ port $Port$ ssh2"),
    ];

    private static readonly string[] s_agents =
        ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36", "curl/8.7.1", "okhttp/4.12.0"];

    private static readonly string[] s_paths = ["/", "/products/1842?ref=mail", "/static/app.8f3a.css", "/api/v1/orders/77", "/login", "/img/logo.png"];
    private static readonly int[] s_statuses = [200, 200, 200, 200, 304, 404, 401, 500];

    private readonly Draw _draw;
    private readonly Population _population;
    private readonly int _lines;
    private readonly InputShape _shape;
    private int _user;
    private int _address;
    private int _process;
    private int _burst;

    private RawInput(int lines, ulong seed, InputShape shape)
    {
        _lines = lines;
        _shape = shape;
        _draw = new Draw(seed);
        _population = new Population(_draw, EventInput.Addresses(lines));
    }

    /// <summary>Writes an input of so many lines in two files.</summary>
    public static void Write(Stream auth, Stream access, int lines, ulong seed, InputShape? shape = null) =>
        new RawInput(lines, seed, shape ?? new InputShape()).Write(auth, access);

    private void Write(Stream auth, Stream access)
    {
        var (authLines, accessLines) = (new ByteWriter(FlushBytes * 2), new ByteWriter(FlushBytes * 2));
        for (var i = 0; i < _lines;)
        {
            var now = _shape.Start + (_shape.Span * i / _lines);
            if (_draw.Below(100) < SshShare)
            {
                i += WriteAuth(authLines, now);
            }
            else
            {
                _address = _population.NextAddress();
                WriteLine(s_access, accessLines, now);
                i++;
            }

            Flush(auth, authLines, FlushBytes);
            Flush(access, accessLines, FlushBytes);
        }

        Flush(auth, authLines, 0);
        Flush(access, accessLines, 0);
    }

    private static void Flush(Stream stream, ByteWriter output, int from)
    {
        if (output.Length > from)
        {
            stream.Write(output.Written);
            output.Reset();
        }
    }

    /// <summary>One line of daily work, or the lines of a failed attempt; now and then a host guesses some thirty times in a row.</summary>
    private int WriteAuth(ByteWriter output, long now)
    {
        _process = _draw.Between(1000, 32_000);
        if (_burst == 0)
        {
            _user = _draw.Zipf(Population.Users, 0.7);
            _address = _population.HomeOf(_user);
            if (!_draw.Chance(BurstShare))
            {
                WriteLine(_draw.Pick(s_auth), output, now);
                return 1;
            }

            _burst = _draw.Chance(0.03) ? _draw.Between(10, 40) : 1;
        }

        _burst--;
        foreach (var line in s_failure)
        {
            WriteLine(line, output, now);
        }

        return s_failure.Length;
    }

    private void WriteLine(Template template, ByteWriter output, long now)
    {
        foreach (var (literal, slot) in template.Parts)
        {
            output.Write(literal);
            Fill(slot, ReferenceEquals(template, s_access), output, now);
        }

        output.WriteByte((byte)'\n');
    }

    private void Fill(Slot slot, bool access, ByteWriter output, long now)
    {
        switch (slot)
        {
            case Slot.None:
                break;
            case Slot.Time:
                var instant = EventClock.ToInstant(now);
                Text(output, access
                    ? instant.ToString("dd/MMM/yyyy:HH:mm:ss +0000", CultureInfo.InvariantCulture)
                    : instant.ToString("MMM ", CultureInfo.InvariantCulture) + $"{instant.Day,2}" + instant.ToString(" HH:mm:ss", CultureInfo.InvariantCulture));
                break;
            case Slot.Ip:
                Population.WriteAddress(output, _address);
                break;
            case Slot.User:
                Population.WriteUser(output, _user);
                break;
            case Slot.Host:
                Text(output, "bastion-1");
                break;
            case Slot.Number:
                output.WriteInteger(_process);
                break;
            case Slot.Hex:
                Population.WriteHex(output, Draw.Mix((ulong)_user), 16);
                break;
            case Slot.Port or Slot.Bytes or Slot.Status:
                output.WriteInteger(slot == Slot.Status ? _draw.Pick(s_statuses) : _draw.Between(1024, 65_536));
                break;
            default:
                Text(output, slot == Slot.Agent ? _draw.Pick(s_agents) : slot == Slot.Url ? _draw.Pick(s_paths) : "GET");
                break;
        }
    }

    private static void Text(ByteWriter output, string text) => output.Write(Encoding.ASCII.GetBytes(text));
}
