namespace Slipway.Amt.Kvm;

/// <summary>Security types (RFC 6143 §7.2).</summary>
internal enum RfbSecurity : byte
{
    /// <summary>No type follows; a reason does.</summary>
    Invalid = 0,

    None = 1,

    /// <summary>A challenge of 16 bytes, encrypted with DES and the password.</summary>
    VncAuthentication = 2,
}

/// <summary>What a viewer says (RFC 6143 §7.5).</summary>
internal enum RfbClientMessage : byte
{
    SetPixelFormat = 0,
    SetEncodings = 2,
    FramebufferUpdateRequest = 3,
    KeyEvent = 4,
    PointerEvent = 5,
    ClientCutText = 6,
}

/// <summary>What a screen says (RFC 6143 §7.6).</summary>
internal enum RfbServerMessage : byte
{
    FramebufferUpdate = 0,
    SetColourMapEntries = 1,
    Bell = 2,
    ServerCutText = 3,
}

/// <summary>How the pixels of a rectangle are written (RFC 6143 §7.7, §7.8).</summary>
internal enum RfbEncoding
{
    Raw = 0,
    Zrle = 16,

    /// <summary>No pixels: the screen has another size from here on.</summary>
    DesktopSize = -223,
}

/// <summary>Sizes of the protocol, in bytes, and the limits we set where it sets none.</summary>
internal static class RfbSize
{
    public const int Greeting = 12;
    public const int Challenge = 16;
    public const int SecurityResult = 4;

    /// <summary>Width (2), height (2), pixel format (16), length of the name (4).</summary>
    public const int ServerInit = 24;

    /// <summary>x, y, width, height (2 each), encoding (4).</summary>
    public const int RectangleHeader = 12;

    /// <summary>Type (1), padding (1), number of rectangles (2).</summary>
    public const int UpdateHeader = 4;

    /// <summary>Type (1), padding (3), pixel format (16).</summary>
    public const int SetPixelFormat = 20;

    /// <summary>Type (1), padding (1), number of encodings (2); 4 more for each.</summary>
    public const int SetEncodingsHeader = 4;

    /// <summary>Type (1), incremental (1), x, y, width, height (2 each).</summary>
    public const int UpdateRequest = 10;

    /// <summary>Type (1), down (1), padding (2), symbol (4).</summary>
    public const int KeyEvent = 8;

    /// <summary>Type (1), buttons (1), x, y (2 each).</summary>
    public const int PointerEvent = 6;

    /// <summary>Type (1), padding (3), length (4).</summary>
    public const int CutTextHeader = 8;

    /// <summary>Type (1), padding (1), first colour (2), number of colours (2); 6 more for each.</summary>
    public const int ColourMapHeader = 6;

    public const int ColourMapEntry = 6;

    /// <summary>Longest reason or desktop name taken, in bytes: far more than anybody reads.</summary>
    public const int LongestText = 4096;

    /// <summary>Longest clipboard that is skipped, in bytes. The firmware's data channel sends less than 64 KiB at a time.</summary>
    public const int LongestCutText = 16 * 1024 * 1024;
}
