using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Sim.Amt.Redirection;

/// <summary>The opening of RFB (RFC 6143 §7.1–7.3), once as the firmware before a console, once as a viewer before the PC's display.</summary>
internal static class RfbHandshake
{
    private const byte None = 1, VncAuthentication = 2, Shared = 1;
    private const int VersionBytes = 12, ResultBytes = 4, ChallengeBytes = 16, PasswordBytes = 8, MaxNameBytes = 4096;

    private static readonly byte[] s_version38 = Encoding.ASCII.GetBytes("RFB 003.008\n"), s_name = Encoding.ASCII.GetBytes("Simulated KVM");

    /// <summary>Greets a console and lets it in; false when the connection is to end. It is told of one RGB565 screen.</summary>
    /// <param name="version">What to greet with, <c>003.008</c>; the console's answer is 3.8 in any case.</param>
    /// <param name="password">Null: no password is asked for.</param>
    /// <param name="size">Width and height, four bytes.</param>
    public static async Task<bool> GreetAsync(MessageStream console, string version, string? password, ReadOnlyMemory<byte> size, CancellationToken ct)
    {
        await console.WriteAsync(Encoding.ASCII.GetBytes($"RFB {version}\n"), ct);
        if (await console.ReadExactlyAsync(VersionBytes, ct) is not { } answered || !answered.AsSpan().SequenceEqual(s_version38)) return false;
        byte security = password is null ? None : VncAuthentication;
        await console.WriteAsync(new byte[] { 1, security }, ct);
        if (await console.ReadExactlyAsync(1, ct) is not [var chosen] || chosen != security) return false;
        if (password is not null && !await ChallengeAsync(console, password, ct))
        {
            await console.WriteAsync(Refusal("The password is wrong."), ct);
            return false;
        }
        await console.WriteAsync(new byte[ResultBytes], ct);
        if (await console.ReadExactlyAsync(1, ct) is null) return false;
        await console.WriteAsync(ServerInit(size.Span), ct);
        return true;
    }

    /// <summary>Opens the PC's display; its width and height, four bytes, or null when it is none of RFB 3.8 without a password.</summary>
    public static async Task<byte[]?> OpenAsync(MessageStream display, CancellationToken ct)
    {
        if (await display.ReadExactlyAsync(VersionBytes, ct) is null) return null;
        await display.WriteAsync(s_version38, ct);
        if (await display.ReadExactlyAsync(1, ct) is not [var count] || await display.ReadExactlyAsync(count, ct) is not { } types || !types.Contains(None)) return null;
        await display.WriteAsync(new[] { None }, ct);
        if (await display.ReadExactlyAsync(ResultBytes, ct) is not [0, 0, 0, 0]) return null;
        await display.WriteAsync(new[] { Shared }, ct);
        if (await display.ReadExactlyAsync(RfbMessages.ServerInitBytes, ct) is not { } init) return null;
        uint name = BinaryPrimitives.ReadUInt32BigEndian(init.AsSpan(RfbMessages.ServerInitBytes - 4));
        if (name > MaxNameBytes || await display.ReadExactlyAsync((int)name, ct) is null) return null;
        await display.WriteAsync(RfbMessages.SetPixelFormat(RfbMessages.Rgb565), ct);
        return init[..RfbMessages.PixelFormatAt];
    }

    /// <summary>The answer to a challenge: DES of both halves, the password's first eight bytes as the key with the bits of each byte reversed.</summary>
    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "VNC authentication is DES.")]
    internal static byte[] Encrypt(ReadOnlySpan<byte> challenge, string password)
    {
        var key = new byte[PasswordBytes];
        byte[] letters = Encoding.Latin1.GetBytes(password);
        for (int i = 0; i < Math.Min(letters.Length, PasswordBytes); i++)
            for (int bit = 0; bit < 8; bit++)
                if ((letters[i] >> bit & 1) != 0) key[i] |= (byte)(0x80 >> bit);
        using var des = DES.Create();
        des.Key = key;
        return des.EncryptEcb(challenge, PaddingMode.None);
    }

    private static async Task<bool> ChallengeAsync(MessageStream console, string password, CancellationToken ct)
    {
        byte[] challenge = RandomNumberGenerator.GetBytes(ChallengeBytes);
        await console.WriteAsync(challenge, ct);
        return await console.ReadExactlyAsync(ChallengeBytes, ct) is { } response && CryptographicOperations.FixedTimeEquals(response, Encrypt(challenge, password));
    }

    private static byte[] Refusal(string reason)
    {
        byte[] refusal = [0, 0, 0, 1, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(reason)];
        BinaryPrimitives.WriteUInt32BigEndian(refusal.AsSpan(ResultBytes), (uint)reason.Length);
        return refusal;
    }

    private static byte[] ServerInit(ReadOnlySpan<byte> size)
    {
        byte[] init = [.. size, .. RfbMessages.Rgb565, 0, 0, 0, 0, .. s_name];
        BinaryPrimitives.WriteUInt32BigEndian(init.AsSpan(RfbMessages.ServerInitBytes - 4), (uint)s_name.Length);
        return init;
    }
}
