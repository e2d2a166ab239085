namespace Slipway.Lab.Leases;

/// <summary>The right to touch a machine, held by one at a time.</summary>
public interface IMachineLeases
{
    /// <summary>Takes the machine, or says who has it. The lease ends when it is disposed, and with this process at the latest.</summary>
    /// <param name="machine">The machine's name.</param>
    /// <param name="purpose">What for, in words that the next one who asks will read.</param>
    /// <param name="until">When it is expected to be free again.</param>
    LeaseAnswer TryTake(string machine, string purpose, DateTimeOffset until);
}

/// <summary>Either <see cref="Lease"/> or <see cref="Holder"/> is set.</summary>
public sealed record LeaseAnswer(IDisposable? Lease, LeaseHolder? Holder);

/// <summary>Who has a machine.</summary>
/// <param name="Who">User name and process.</param>
/// <param name="Purpose">What for.</param>
/// <param name="Until">When it is expected to be free.</param>
public sealed record LeaseHolder(string Who, string Purpose, DateTimeOffset Until)
{
    public override string ToString() => $"{Who}, for {Purpose}, until {Until.ToLocalTime():yyyy-MM-dd HH:mm:ss}";
}

/// <summary>Somebody else has the machine; wait or ask.</summary>
/// <param name="what">The machine, or what else is held, in words.</param>
/// <param name="holder">Who has it.</param>
public sealed class LeaseException(string what, LeaseHolder holder)
    : Exception($"{what} is leased to {holder}; wait, or ask them [SLP4001]")
{
    public LeaseHolder Holder { get; } = holder;
}
