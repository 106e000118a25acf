using SecStream.Connectors.Elasticsearch;
using SecStream.Host.Configuration;
using SecStream.Host.Stores;
using Xunit;

namespace SecStream.Host.Tests.Stores;

public sealed class ResultStoresTests
{
    [Theory]
    [InlineData(StoreChoice.Auto, true, true, StoreChoice.Elasticsearch, StoreChoice.Elasticsearch)]
    [InlineData(StoreChoice.Auto, true, false, StoreChoice.Elasticsearch, StoreChoice.Embedded)]
    [InlineData(StoreChoice.Auto, false, true, StoreChoice.Embedded, StoreChoice.Elasticsearch)]
    [InlineData(StoreChoice.Embedded, true, true, StoreChoice.Embedded, StoreChoice.Embedded)]
    [InlineData(StoreChoice.Elasticsearch, true, true, StoreChoice.Elasticsearch, StoreChoice.Elasticsearch)]
    public void Reads_EachChoice_IsWhereTheyAreWritten(StoreChoice choice, bool writesAlerts, bool writesEvents, StoreChoice alerts, StoreChoice events)
    {
        var cluster = new ElasticsearchOptions { Hosts = [new Uri("http://127.0.0.1:1")], Alerts = writesAlerts, Events = writesEvents };
        var options = new ServiceOptions { Store = choice, Elasticsearch = cluster };

        Assert.Equal((alerts, events), (ResultStores.ReadsAlertsFrom(options), ResultStores.ReadsEventsFrom(options)));
    }

    [Fact]
    public void Reads_NoCluster_IsTheDataFolder()
    {
        var options = new ServiceOptions();

        Assert.Equal((StoreChoice.Embedded, StoreChoice.Embedded), (ResultStores.ReadsAlertsFrom(options), ResultStores.ReadsEventsFrom(options)));
    }
}
