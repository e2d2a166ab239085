using Slipway.Amt;
using Slipway.Amt.Kvm;
using Slipway.Lab.Machines;

namespace Slipway.Drivers.Amt;

/// <summary>A machine's screen over AMT's KVM: a session is opened for each picture and closed at once, because there is one for everybody.</summary>
internal sealed class AmtScreen(string machine, AmtTransport transport, TimeProvider time) : IMachineScreen
{
    public async Task<byte[]> CapturePngAsync(CancellationToken ct)
    {
        try
        {
            await using KvmSession session = await RedirectedScreen.OpenAsync(transport, time, ct);
            return await session.CapturePngAsync(ct);
        }
        catch (AmtException e)
        {
            throw AmtMachine.Explain(machine, e);
        }
    }
}
