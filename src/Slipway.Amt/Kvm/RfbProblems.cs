using System.Text;

namespace Slipway.Amt.Kvm;

/// <summary>What can go wrong with a screen, in words.</summary>
internal static class RfbProblems
{
    /// <summary>The connection was closed before the first picture.</summary>
    public static AmtException NoPicture(Exception? inner) => new(
        AmtProblem.ScreenUnavailable,
        "the firmware closed the screen (KVM) before it sent a picture: there is no monitor or dummy plug, or the graphics are off; plug one into the processor's own graphics, switch the machine on, and try again",
        inner);

    /// <summary>The connection ended after it had shown pictures.</summary>
    public static AmtException Lost(Exception? inner) => new(
        AmtProblem.SessionLost,
        "the screen (KVM) ended: the firmware closed the connection, as it does when the machine changes its screen mode, or when no key was pressed for its session time-out (3 minutes unless set otherwise); open the screen again",
        inner);

    public static AmtException Bad(string what, Exception? inner = null) => new(AmtProblem.BadAnswer, $"the screen (KVM) broke the RFB protocol: {what}", inner);

    /// <summary>Text of the other side, made fit for a message: one line, printable.</summary>
    public static string Printable(ReadOnlySpan<byte> text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (char c in Encoding.UTF8.GetString(text)) clean.Append(char.IsControl(c) ? ' ' : c);
        return clean.ToString().Trim();
    }
}
