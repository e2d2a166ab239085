using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Amt.Kvm;

/// <summary>The server's half of the opening of RFB (RFC 6143 §7.1–§7.3; appendix A for viewers of 3.3 and 3.7).</summary>
internal sealed class ViewerHandshake(RfbInput input, Stream output, TimeProvider time)
{
    /// <summary>Makes guessing a password slow.</summary>
    private static readonly TimeSpan WrongPasswordPause = TimeSpan.FromSeconds(1);

    private const int Version33 = 3, Version37 = 7, Version38 = 8;

    private static ReadOnlySpan<byte> Greeting => "RFB 003.008\n"u8;

    /// <param name="password">Null = none is asked for.</param>
    /// <param name="refusal">Why this viewer cannot be let in; null = it can.</param>
    /// <param name="screen">The size it is told.</param>
    /// <returns>False when the viewer is to be closed: it is no viewer, or it does not know the password.</returns>
    public async Task<bool> RunAsync(string? password, string? refusal, Func<(ScreenSize Size, string Name)> screen, CancellationToken ct)
    {
        await output.WriteAsync(Greeting.ToArray(), ct);
        ReadOnlyMemory<byte> answer = await input.TakeAsync(RfbSize.Greeting, ct);
        if (!RfbHandshake.TryReadGreeting(answer.Span, out int major, out int minor) || major < 3) return false;
        // 3.5 counts as 3.3, and 3.889, as Apple's says, as 3.8.
        int version = major > 3 || minor >= Version38 ? Version38 : minor == Version37 ? Version37 : Version33;

        if (refusal is not null)
        {
            await output.WriteAsync(version == Version33 ? new byte[sizeof(uint)] : new byte[1], ct);
            await WriteTextAsync(refusal, ct);
            return false;
        }

        RfbSecurity security = password is null ? RfbSecurity.None : RfbSecurity.VncAuthentication;
        if (version == Version33)
        {
            await output.WriteAsync(new byte[] { 0, 0, 0, (byte)security }, ct);
        }
        else
        {
            await output.WriteAsync(new byte[] { 1, (byte)security }, ct);
            if (await input.TakeByteAsync(ct) != (byte)security) return false;
        }

        bool isKnown = password is null || await KnowsAsync(password, ct);
        if (password is not null || version == Version38)
        {
            var result = new byte[RfbSize.SecurityResult];
            result[^1] = isKnown ? (byte)0 : (byte)1;
            await output.WriteAsync(result, ct);
        }
        if (!isKnown)
        {
            if (version == Version38) await WriteTextAsync("the password is wrong", ct);
            return false;
        }

        await input.TakeByteAsync(ct); // shared or not: here they always share
        (ScreenSize size, string name) = screen();
        await output.WriteAsync(ServerInit(size), ct);
        await WriteTextAsync(name, ct);
        return true;
    }

    private async Task<bool> KnowsAsync(string password, CancellationToken ct)
    {
        byte[] challenge = RandomNumberGenerator.GetBytes(RfbSize.Challenge);
        await output.WriteAsync(challenge, ct);
        ReadOnlyMemory<byte> response = await input.TakeAsync(RfbSize.Challenge, ct);
        if (CryptographicOperations.FixedTimeEquals(response.Span, VncPassword.Answer(password, challenge))) return true;
        await Task.Delay(WrongPasswordPause, time, ct);
        return false;
    }

    /// <summary>All but the name.</summary>
    private static byte[] ServerInit(ScreenSize size)
    {
        var init = new byte[RfbSize.ServerInit - sizeof(uint)];
        BinaryPrimitives.WriteUInt16BigEndian(init, (ushort)size.Width);
        BinaryPrimitives.WriteUInt16BigEndian(init.AsSpan(2), (ushort)size.Height);
        RfbPixelFormat.Rgb888.Write(init.AsSpan(4));
        return init;
    }

    private async Task WriteTextAsync(string text, CancellationToken ct)
    {
        var message = new byte[sizeof(uint) + Encoding.UTF8.GetByteCount(text)];
        BinaryPrimitives.WriteInt32BigEndian(message, message.Length - sizeof(uint));
        Encoding.UTF8.GetBytes(text, message.AsSpan(sizeof(uint)));
        await output.WriteAsync(message, ct);
    }
}
