using System.Buffers.Binary;
using System.Text;
using System.Threading.Channels;

namespace Slipway.Tests.Amt.Kvm;

/// <summary>A screen in memory that says what the test tells it to, and notes what it hears.</summary>
internal sealed class FakeScreen
{
    private readonly MemoryDuplex _theirs;
    private readonly Channel<byte[]> _heard = Channel.CreateUnbounded<byte[]>();

    private FakeScreen(MemoryDuplex ours, MemoryDuplex theirs) => (Stream, _theirs) = (ours, theirs);

    /// <summary>For the client.</summary>
    public Stream Stream { get; }

    /// <summary>Everything up to the size, as firmware on the redirection port says it.</summary>
    public static byte[] Opening(int width, int height, string greeting = "RFB 003.008\n") =>
        [.. Encoding.ASCII.GetBytes(greeting), 1, 1, 0, 0, 0, 0, .. Init(width, height)];

    public static byte[] Init(int width, int height) =>
        [.. U16(width), .. U16(height), 16, 16, 0, 1, 0, 31, 0, 63, 0, 31, 11, 5, 0, 0, 0, 0, 0, 0, 0, 4, .. "test"u8];

    public static byte[] Update(params byte[][] rectangles) => [0, 0, .. U16(rectangles.Length), .. rectangles.SelectMany(r => r)];

    public static byte[] Rectangle(int x, int y, int width, int height, int encoding, params byte[] data)
    {
        var number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, encoding);
        return [.. U16(x), .. U16(y), .. U16(width), .. U16(height), .. number, .. data];
    }

    /// <summary>One colour, raw.</summary>
    public static byte[] Painted(int x, int y, int width, int height, ushort pixel) =>
        Rectangle(x, y, width, height, 0, [.. Enumerable.Repeat(new[] { (byte)pixel, (byte)(pixel >> 8) }, width * height).SelectMany(p => p)]);

    public static byte[] Resized(int width, int height) => Rectangle(0, 0, width, height, -223);

    /// <summary>A screen that goes through the opening by itself; from then on the test answers what it <see cref="HearAsync"/>s.</summary>
    public static FakeScreen Open(int width, int height, int pieceBytes = int.MaxValue)
    {
        (MemoryDuplex ours, MemoryDuplex theirs) = MemoryDuplex.Pair(pieceBytes);
        var screen = new FakeScreen(ours, theirs);
        theirs.Write(Opening(width, height));
        screen.Listening = screen.ListenAsync();
        return screen;
    }

    /// <summary>Ends when the client closes.</summary>
    public Task Listening { get; private set; } = Task.CompletedTask;

    public void Say(byte[] message) => _theirs.Write(message);

    public void Close() => _theirs.Dispose();

    /// <summary>The client's next message.</summary>
    public async Task<byte[]> HearAsync() => await _heard.Reader.ReadAsync();

    /// <summary>The next message of this type; others before it are passed over.</summary>
    public async Task<byte[]> HearAsync(byte type)
    {
        while (true)
            if (await HearAsync() is { } message && message[0] == type) return message;
    }

    /// <summary>Everything heard so far that was not taken yet.</summary>
    public IReadOnlyList<byte[]> Heard()
    {
        var heard = new List<byte[]>();
        while (_heard.Reader.TryRead(out byte[]? message)) heard.Add(message);
        return heard;
    }

    private async Task ListenAsync()
    {
        try
        {
            _heard.Writer.TryWrite(await TakeAsync(12));
            await TakeAsync(1 + 1); // security type, shared
            while (true)
            {
                byte type = (await TakeAsync(1))[0];
                byte[] head = type == 2 ? await TakeAsync(3) : [];
                int rest = type switch { 0 => 19, 2 => 4 * head[2], 3 => 9, 4 => 7, 5 => 5, _ => throw new InvalidDataException($"message {type}") };
                _heard.Writer.TryWrite([type, .. head, .. await TakeAsync(rest)]);
            }
        }
        catch (EndOfStreamException)
        {
            _heard.Writer.TryComplete();
        }
    }

    private async Task<byte[]> TakeAsync(int count)
    {
        var bytes = new byte[count];
        await _theirs.ReadExactlyAsync(bytes);
        return bytes;
    }

    private static byte[] U16(int value) => [(byte)(value >> 8), (byte)value];
}
