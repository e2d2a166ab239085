using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Slipway.Amt.Kvm;

/// <summary>What a screen says about itself (RFC 6143 §7.3.2). Its pixel format is left out: we choose ours.</summary>
internal readonly record struct RfbServerInit(int Width, int Height, string Name);

/// <summary>The viewer's half of the opening of RFB (RFC 6143 §7.1–§7.3), up to the size of the screen.</summary>
internal static class RfbHandshake
{
    private const byte Shared = 1;
    private const int LowestMinor = 8;

    private static ReadOnlySpan<byte> OurGreeting => "RFB 003.008\n"u8;

    /// <summary>The two numbers of a greeting <c>RFB 003.008\n</c>.</summary>
    public static bool TryReadGreeting(ReadOnlySpan<byte> greeting, out int major, out int minor)
    {
        major = minor = 0;
        return greeting.Length == RfbSize.Greeting && greeting.StartsWith("RFB "u8) && greeting[7] == '.' && greeting[11] == '\n'
            && int.TryParse(greeting[4..7], NumberStyles.None, CultureInfo.InvariantCulture, out major)
            && int.TryParse(greeting[8..11], NumberStyles.None, CultureInfo.InvariantCulture, out minor);
    }

    public static async Task<RfbServerInit> RunAsync(RfbInput input, Stream output, string? password, CancellationToken ct)
    {
        ReadOnlyMemory<byte> greeting = await input.TakeAsync(RfbSize.Greeting, ct);
        if (!TryReadGreeting(greeting.Span, out int major, out int minor))
            throw new AmtException(AmtProblem.NotAmt, $"what answers is no screen: it greets with '{RfbProblems.Printable(greeting.Span)}' where 'RFB 003.008' belongs; check the address and the port");
        if (major < 3 || (major == 3 && minor < LowestMinor))
            throw RfbProblems.Bad($"it speaks version {major}.{minor}, and every firmware speaks 3.8 or 4.0");
        // Also to 4.0, which was never published and which later firmware no longer has.
        await output.WriteAsync(OurGreeting.ToArray(), ct);

        await PassSecurityAsync(input, output, password, ct);

        await output.WriteAsync(new[] { Shared }, ct);
        ReadOnlyMemory<byte> init = await input.TakeAsync(RfbSize.ServerInit, ct);
        (int width, int height, uint nameBytes) = ReadServerInit(init.Span);
        if (nameBytes > RfbSize.LongestText) throw RfbProblems.Bad($"the name of the screen would be {nameBytes} bytes long");
        return new RfbServerInit(width, height, RfbProblems.Printable((await input.TakeAsync((int)nameBytes, ct)).Span));
    }

    private static (int Width, int Height, uint NameBytes) ReadServerInit(ReadOnlySpan<byte> init) =>
        (BinaryPrimitives.ReadUInt16BigEndian(init), BinaryPrimitives.ReadUInt16BigEndian(init[2..]), BinaryPrimitives.ReadUInt32BigEndian(init[20..]));

    private static async Task PassSecurityAsync(RfbInput input, Stream output, string? password, CancellationToken ct)
    {
        int count = await input.TakeByteAsync(ct);
        if (count == (int)RfbSecurity.Invalid)
            throw new AmtException(AmtProblem.Refused, $"the screen (KVM) refuses the connection: {await ReadReasonAsync(input, ct)}");
        byte[] offered = (await input.TakeAsync(count, ct)).ToArray();

        RfbSecurity chosen = offered.Contains((byte)RfbSecurity.None) ? RfbSecurity.None : RfbSecurity.VncAuthentication;
        if (!offered.Contains((byte)chosen))
            throw new AmtException(AmtProblem.FeatureAbsent, $"the screen (KVM) offers the security types {string.Join(", ", offered)}; Slipway knows 1 (none) and 2 (VNC password)");
        if (chosen == RfbSecurity.VncAuthentication && password is null)
            throw new AmtException(AmtProblem.WrongCredentials, "the screen (KVM) asks for an RFB password, and none was given; set it, or open the screen through the redirection port, which asks for none");
        if (chosen == RfbSecurity.VncAuthentication && VncPassword.Defect(password!) is { } defect)
            throw new AmtException(AmtProblem.BadArgument, $"the RFB password cannot be used: {defect}");

        await output.WriteAsync(new[] { (byte)chosen }, ct);
        if (chosen == RfbSecurity.VncAuthentication)
        {
            ReadOnlyMemory<byte> challenge = await input.TakeAsync(RfbSize.Challenge, ct);
            await output.WriteAsync(VncPassword.Answer(password!, challenge.Span), ct);
        }

        if (await input.TakeUInt32Async(ct) == 0) return;
        string reason = await ReadReasonAsync(input, ct);
        throw new AmtException(AmtProblem.WrongCredentials, $"the screen (KVM) does not let us in: {reason}; check the RFB password");
    }

    private static async Task<string> ReadReasonAsync(RfbInput input, CancellationToken ct)
    {
        try
        {
            uint length = await input.TakeUInt32Async(ct);
            if (length > RfbSize.LongestText) return $"(a reason of {length} bytes)";
            return RfbProblems.Printable((await input.TakeAsync((int)length, ct)).Span) is { Length: > 0 } reason ? reason : "(no reason)";
        }
        catch (EndOfStreamException)
        {
            // Some close without giving one.
            return "(no reason)";
        }
    }
}
