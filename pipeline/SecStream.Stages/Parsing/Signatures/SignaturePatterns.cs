namespace SecStream.Stages.Parsing.Signatures;

/// <summary>
/// The texts that give attacks away, in decoded, lower-cased requests with blanks collapsed. Weights: 6 is proof by itself, 4 needs one more
/// sign, 2–3 is colour. They are the general shapes of the attacks.
/// </summary>
internal static class SignaturePatterns
{
    /// <summary>Patterns of URLs and bodies.</summary>
    public static readonly PatternAutomaton Request = new(
    [
        .. Of(Accusation.Sql, 6, "union select", "union all select", "union distinct select", "union(select", "information_schema", "(select ",
            "select count(",
            "select group_concat", "waitfor delay", "benchmark(", "pg_sleep", "dbms_pipe", "dbms_lock", "user_lock.", "utl_inaddr", "utl_http",
                "ctxsys.", "extractvalue(",
            "updatexml(", "xp_cmdshell", "load_file(", "into outfile", "into dumpfile", "group_concat(", "@@version", "randomblob(", "make_set(",
                "procedure analyse",
            "sysobjects", "all_users", "rdb$", "pg_catalog", "generate_series(", "regexp_substring(", "drop table", "drop function",
                "drop database", ";select ",
            "; select ", ";shutdown", "exec master", "exec xp_", "exec sp_", "crypt_key(", "having 1=1", "or 1=1", "or '1'='1", "or 'a'='a",
                "and 1=1", "' or '", "\" or \"",
            "null,null", "null, null", "sys.databases", "mysql.user", "sqlite_master", "iif(", "case when ", ";declare ", "declare @",
                "boolean mode)", "rlike sleep(",
            "\" like \"", "' like '", "')=('"),
        .. Of(Accusation.Sql, 4, "sleep(", "select * from", "chr(", "char(", "concat(", "elt(", "insert into ", "delete from ",
            "convert(int", "cast(", "substring(", "ascii(", "md5(", "row(", "' or ", "' and ", "\" or ", "\" and ", "') or", "') and", "\") or",
                "\") and", "';", "'--", "' --",
            "\"--", "')", "\")", "';--", "from dual", "xor ", " rlike ", " as varchar", "like '%", "'||'", "||chr", "= ("),
        .. Of(Accusation.Sql, 2, "--", "||", "'=", "/*", "0x", "%'", "%\"", "current_user", "database()", "version()", "=("),
        .. Of(Accusation.SqlWords, 2, "select ", " from ", " where ", " or ", " and ", " union ", " like ", "order by ", "group by ", " having ",
            " as ", " in ", " null"),
        .. Of(Accusation.Script, 6, "<script", "</script", "javascript:", "vbscript:", "livescript:", "mocha:", "document.cookie",
            "document.location", "document.write", "<iframe",
            "<svg", "<object", "<embed", "<applet", "<xss", "fromcharcode", "onerror=", "onload=", "onmouseover=", "onfocus=", "onclick=",
                "ontoggle=", "data:text/html",
            "<img src=", "<body ", "<meta http-equiv", "<link rel", "<style", "<base href", "<marquee", "<bgsound", "<layer", "<?xml",
                "<![cdata[", "srcdoc=", "xlink:href",
            "eval(", "window.location", "<!entity", "@import", "style=\"", "style='", "<isindex", "<frameset", "<!--"),
        .. Of(Accusation.Script, 4, "<img", "<body", "<div", "<table", "<input", "<form", "<a href", "<a ", "<b", "<p", "<h1", "<html", "<meta",
            "<link", "<base", "<video", "<audio",
            "<details", "<br", "<t:", "</", "alert(", "prompt(", "confirm(", "expression(", "\">", "'>", "&#", "-moz-binding", "url(", "/>", "&{",
                "\\x3c", "\\u003c", "xss:"),
        .. Of(Accusation.Script, 2, "xss", "src=", "href=", "cookie", "=>", "\"><", "'><", ".js"),
        .. Of(Accusation.Path, 6, "/etc/passwd", "/etc/shadow", "/etc/hosts", "/etc/group", "boot.ini", "win.ini", "/proc/self", "/web-inf",
            "0x2e0x2e", "..0x2f", "..0x5c",
            "..\xc0\xaf", "..\xc1\x9c", "\xc0\xae", "....//", "..../", "php://", "file:///", "expect://", "phar://", "zip://", "\0", "/.git/",
                "/.env", "/.ssh/", "/.htpasswd",
            "c:/windows", "c:\\windows", "/windows/system32", "system32\\", "../../", "..\\..\\", "/..//..", "/././.", "/.//.", "\\..\\", "//..",
                "x2e0x2e", "/../web", "/./../."),
        .. Of(Accusation.Path, 3, "../", "..\\", "/..", "etc/", "..;/", "/./"),
        .. Of(Accusation.Command, 6, "/bin/sh", "/bin/bash", "/bin/cat", "/bin/ls", "/bin/id", "; /bin/", ";/bin/", "| /bin/", "|/bin/",
            "/usr/bin/", "cmd.exe", "<!--#exec", "${jndi:", "() {", "wget http", "curl http",
            "ping -n ", "ping -c ", "ping.exe", "nc -e", "nc -l", "`id`", "$(id)", "xp_dirtree", "system(", "passthru(", "shell_exec(", "{php}",
                "${@", "ifs}"),
        .. Of(Accusation.Command, 4, "powershell", "whoami", "uname", "netstat", "ifconfig", "ipconfig", "/tmp/", "chmod ", "$(", "| nc "),
    ]);

    /// <summary>Names by which scanners introduce themselves, and attacks carried by the user agent.</summary>
    public static readonly PatternAutomaton Agent = new(
    [
        .. Of(Accusation.Scanner, 6, "sqlmap", "nikto", "nmap", "w3af", "netsparker", "acunetix", "nessus", "openvas", "masscan", "zgrab",
            "dirbuster", "gobuster", "wpscan", "havij",
            "arachni", "burpsuite", "burp suite", "owasp zap", "zaproxy", "fimap", "jbrofuzz", "whatweb", "thc-hydra", "nuclei", "feroxbuster",
                "wfuzz", "ffuf", "skipfish", "sqlninja",
            "morfeus", "zmeu", "jorgee", "w00tw00t", "dotdotpwn", "commix", "vega/", "webshag", "qualys", "metasploit", "joomscan", "paros/",
                "webinspect", "appscan"),
        .. Of(Accusation.Command, 6, "() {", "${jndi:", "/bin/sh", "/bin/bash"),
        .. Of(Accusation.Script, 6, "<script"),
        .. Of(Accusation.Sql, 6, "union select", "waitfor delay", "' or '1", "sleep("),
    ]);

    private static IEnumerable<Pattern> Of(Accusation accusation, int weight, params string[] texts) => texts.Select(t => new Pattern(t, accusation, weight));
}
