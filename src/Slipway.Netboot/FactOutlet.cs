using System.Threading.Channels;

namespace Slipway.Netboot;

/// <summary>Where a server puts its facts. Never waits: a client that boots is worth more than its record. Thread-safe.</summary>
internal sealed class FactOutlet(ChannelWriter<NetbootFact> writer)
{
    private long _dropped;

    /// <summary>Facts lost because nobody took them off the channel in time.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public void Put(NetbootFact fact)
    {
        if (!writer.TryWrite(fact)) Interlocked.Increment(ref _dropped);
    }
}
