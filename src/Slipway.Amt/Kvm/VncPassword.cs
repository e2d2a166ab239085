using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Slipway.Amt.Kvm;

/// <summary>VNC authentication (RFC 6143 §7.2.2): the challenge, encrypted with DES in two blocks. Pure.</summary>
[SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "RFC 6143 §7.2.2 knows no other.")]
internal static class VncPassword
{
    /// <summary>Characters that count; DES keys have no more.</summary>
    public const int MostCharacters = 8;

    /// <summary>What is wrong with a password, in words; null = it can be used.</summary>
    public static string? Defect(string password)
    {
        if (password.Length is 0 or > MostCharacters)
            return $"a VNC password has 1 to {MostCharacters} characters, this one has {password.Length}";
        if (password.Any(c => c is < ' ' or > '~')) return "a VNC password consists of letters, digits and signs of ASCII";
        byte[] key = Key(password);
        // Not a fine point: "xxxxpppp" is such a key, and the system's DES refuses it.
        return DES.IsWeakKey(key) || DES.IsSemiWeakKey(key) ? "this password makes one of the sixteen weak keys of DES; take another" : null;
    }

    /// <summary>The answer to a challenge.</summary>
    /// <param name="password">One without a <see cref="Defect"/>.</param>
    /// <param name="challenge">16 bytes.</param>
    public static byte[] Answer(string password, ReadOnlySpan<byte> challenge)
    {
        using var des = DES.Create();
        des.Key = Key(password);
        return des.EncryptEcb(challenge, PaddingMode.None);
    }

    /// <summary>Each character's bits the wrong way round: a mistake of the first VNC that stayed (RFC 6143 leaves it to its errata).</summary>
    private static byte[] Key(string password)
    {
        var key = new byte[MostCharacters];
        for (int i = 0; i < password.Length && i < key.Length; i++)
        {
            int bits = 0;
            for (int bit = 0; bit < 8; bit++) bits = (bits << 1) | ((password[i] >> bit) & 1);
            key[i] = (byte)bits;
        }
        return key;
    }
}
