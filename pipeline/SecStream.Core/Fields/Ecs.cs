namespace SecStream.Core.Fields;

/// <summary>The well-known field names and their fixed ids (ECS 8 names; ours under <c>secstream.*</c>). Ids are given once and never again to another field.</summary>
public static partial class Ecs
{
    /// <summary><c>@timestamp</c></summary>
    public const int Timestamp = 0;

    /// <summary><c>message</c></summary>
    public const int Message = 1;

    /// <summary><c>event.id</c></summary>
    public const int EventId = 2;

    /// <summary><c>event.action</c></summary>
    public const int EventAction = 3;

    /// <summary><c>event.category</c></summary>
    public const int EventCategory = 4;

    /// <summary><c>event.kind</c></summary>
    public const int EventKind = 5;

    /// <summary><c>event.type</c></summary>
    public const int EventType = 6;

    /// <summary><c>event.outcome</c></summary>
    public const int EventOutcome = 7;

    /// <summary><c>event.severity</c></summary>
    public const int EventSeverity = 8;

    /// <summary><c>event.dataset</c></summary>
    public const int EventDataset = 9;

    /// <summary><c>event.module</c></summary>
    public const int EventModule = 10;

    /// <summary><c>event.provider</c></summary>
    public const int EventProvider = 11;

    /// <summary><c>event.code</c></summary>
    public const int EventCode = 12;

    /// <summary><c>event.reason</c></summary>
    public const int EventReason = 13;

    /// <summary><c>event.original</c></summary>
    public const int EventOriginal = 14;

    /// <summary><c>event.created</c></summary>
    public const int EventCreated = 15;

    /// <summary><c>event.ingested</c></summary>
    public const int EventIngested = 16;

    /// <summary><c>event.duration</c></summary>
    public const int EventDuration = 17;

    /// <summary><c>event.sequence</c></summary>
    public const int EventSequence = 18;

    /// <summary><c>log.level</c></summary>
    public const int LogLevel = 29;

    /// <summary><c>log.file.path</c></summary>
    public const int LogFilePath = 30;

    /// <summary><c>log.offset</c></summary>
    public const int LogOffset = 31;

    /// <summary><c>log.syslog.priority</c></summary>
    public const int LogSyslogPriority = 32;

    /// <summary><c>log.syslog.facility.code</c></summary>
    public const int LogSyslogFacilityCode = 33;

    /// <summary><c>log.syslog.severity.code</c></summary>
    public const int LogSyslogSeverityCode = 34;

    /// <summary><c>log.syslog.appname</c></summary>
    public const int LogSyslogAppname = 35;

    /// <summary><c>log.syslog.procid</c></summary>
    public const int LogSyslogProcid = 36;

    /// <summary><c>log.syslog.msgid</c></summary>
    public const int LogSyslogMsgid = 37;

    /// <summary><c>log.syslog.version</c></summary>
    public const int LogSyslogVersion = 38;

    /// <summary><c>log.syslog.hostname</c></summary>
    public const int LogSyslogHostname = 39;

    /// <summary><c>agent.id</c></summary>
    public const int AgentId = 40;

    /// <summary><c>agent.type</c></summary>
    public const int AgentType = 41;

    /// <summary><c>agent.version</c></summary>
    public const int AgentVersion = 42;

    /// <summary><c>agent.name</c></summary>
    public const int AgentName = 43;

    /// <summary><c>ecs.version</c></summary>
    public const int EcsVersion = 44;

    /// <summary><c>tags</c></summary>
    public const int Tags = 45;

    /// <summary><c>labels</c></summary>
    public const int Labels = 46;

    /// <summary><c>trace.id</c></summary>
    public const int TraceId = 47;

    /// <summary><c>transaction.id</c></summary>
    public const int TransactionId = 48;

    /// <summary><c>host.name</c></summary>
    public const int HostName = 49;

    /// <summary><c>host.hostname</c></summary>
    public const int HostHostname = 50;

    /// <summary><c>host.ip</c></summary>
    public const int HostIp = 51;

    /// <summary><c>host.os.name</c></summary>
    public const int HostOsName = 52;

    /// <summary><c>observer.name</c></summary>
    public const int ObserverName = 53;

    /// <summary><c>process.name</c></summary>
    public const int ProcessName = 54;

    /// <summary><c>process.pid</c></summary>
    public const int ProcessPid = 55;

    /// <summary><c>process.command_line</c></summary>
    public const int ProcessCommandLine = 56;

    /// <summary><c>process.executable</c></summary>
    public const int ProcessExecutable = 57;

    /// <summary><c>process.parent.name</c></summary>
    public const int ProcessParentName = 58;

    /// <summary><c>service.name</c></summary>
    public const int ServiceName = 59;

    /// <summary><c>service.version</c></summary>
    public const int ServiceVersion = 60;

    /// <summary><c>service.environment</c></summary>
    public const int ServiceEnvironment = 61;

    /// <summary><c>user.name</c></summary>
    public const int UserName = 62;

    /// <summary><c>user.id</c></summary>
    public const int UserId = 63;

    /// <summary><c>user.email</c></summary>
    public const int UserEmail = 64;

    /// <summary><c>user.domain</c></summary>
    public const int UserDomain = 65;

    /// <summary><c>user.roles</c></summary>
    public const int UserRoles = 66;

    /// <summary><c>user.target.name</c></summary>
    public const int UserTargetName = 67;

    /// <summary><c>user.effective.name</c></summary>
    public const int UserEffectiveName = 68;

    /// <summary><c>source.address</c></summary>
    public const int SourceAddress = 69;

    /// <summary><c>source.ip</c></summary>
    public const int SourceIp = 70;

    /// <summary><c>source.port</c></summary>
    public const int SourcePort = 71;

    /// <summary><c>source.domain</c></summary>
    public const int SourceDomain = 72;

    /// <summary><c>source.bytes</c></summary>
    public const int SourceBytes = 73;

    /// <summary><c>source.geo.country_iso_code</c></summary>
    public const int SourceGeoCountryIsoCode = 74;

    /// <summary><c>source.geo.country_name</c></summary>
    public const int SourceGeoCountryName = 75;

    /// <summary><c>source.geo.city_name</c></summary>
    public const int SourceGeoCityName = 76;

    /// <summary><c>source.geo.location.lat</c></summary>
    public const int SourceGeoLocationLat = 77;

    /// <summary><c>source.geo.location.lon</c></summary>
    public const int SourceGeoLocationLon = 78;

    /// <summary><c>source.as.number</c></summary>
    public const int SourceAsNumber = 79;

    /// <summary><c>source.as.organization.name</c></summary>
    public const int SourceAsOrganizationName = 80;

    /// <summary><c>destination.address</c></summary>
    public const int DestinationAddress = 81;

    /// <summary><c>destination.ip</c></summary>
    public const int DestinationIp = 82;

    /// <summary><c>destination.port</c></summary>
    public const int DestinationPort = 83;

    /// <summary><c>destination.domain</c></summary>
    public const int DestinationDomain = 84;

    /// <summary><c>client.address</c></summary>
    public const int ClientAddress = 85;

    /// <summary><c>client.ip</c></summary>
    public const int ClientIp = 86;

    /// <summary><c>http.request.method</c></summary>
    public const int HttpRequestMethod = 87;

    /// <summary><c>http.request.referrer</c></summary>
    public const int HttpRequestReferrer = 88;

    /// <summary><c>http.request.id</c></summary>
    public const int HttpRequestId = 89;

    /// <summary><c>http.request.bytes</c></summary>
    public const int HttpRequestBytes = 90;

    /// <summary><c>http.request.body.content</c></summary>
    public const int HttpRequestBodyContent = 91;

    /// <summary><c>http.response.status_code</c></summary>
    public const int HttpResponseStatusCode = 92;

    /// <summary><c>http.response.body.bytes</c></summary>
    public const int HttpResponseBodyBytes = 93;

    /// <summary><c>http.version</c></summary>
    public const int HttpVersion = 94;

    /// <summary><c>url.original</c></summary>
    public const int UrlOriginal = 95;

    /// <summary><c>url.path</c></summary>
    public const int UrlPath = 96;

    /// <summary><c>url.query</c></summary>
    public const int UrlQuery = 97;

    /// <summary><c>url.domain</c></summary>
    public const int UrlDomain = 98;

    /// <summary><c>url.scheme</c></summary>
    public const int UrlScheme = 99;

    /// <summary><c>url.full</c></summary>
    public const int UrlFull = 100;

    /// <summary><c>user_agent.original</c></summary>
    public const int UserAgentOriginal = 101;

    /// <summary><c>user_agent.name</c></summary>
    public const int UserAgentName = 102;

    /// <summary><c>user_agent.device.name</c></summary>
    public const int UserAgentDeviceName = 103;

    /// <summary><c>user_agent.os.name</c></summary>
    public const int UserAgentOsName = 104;

    /// <summary><c>session.id</c></summary>
    public const int SessionId = 105;

    /// <summary><c>network.protocol</c></summary>
    public const int NetworkProtocol = 106;

    /// <summary><c>network.transport</c></summary>
    public const int NetworkTransport = 107;

    /// <summary><c>threat.indicator.ip</c></summary>
    public const int ThreatIndicatorIp = 108;

    /// <summary><c>threat.feed.name</c></summary>
    public const int ThreatFeedName = 109;

    /// <summary><c>threat.matched</c></summary>
    public const int ThreatMatched = 110;

    /// <summary><c>file.path</c></summary>
    public const int FilePath = 111;

    /// <summary><c>file.name</c></summary>
    public const int FileName = 112;

    /// <summary><c>rule.name</c></summary>
    public const int RuleName = 113;

    /// <summary><c>rule.id</c></summary>
    public const int RuleId = 114;

    /// <summary><c>error.message</c></summary>
    public const int ErrorMessage = 115;

    /// <summary><c>error.type</c></summary>
    public const int ErrorType = 116;

    /// <summary><c>log.file.inode</c></summary>
    public const int LogFileInode = 117;

    /// <summary><c>log.file.device_id</c></summary>
    public const int LogFileDeviceId = 118;

    /// <summary><c>log.file.fingerprint</c></summary>
    public const int LogFileFingerprint = 119;
}
