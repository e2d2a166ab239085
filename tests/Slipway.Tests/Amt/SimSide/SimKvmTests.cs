using System.Security.Cryptography;
using System.Text;
using Slipway.Sim.Amt;
using Slipway.Sim.Amt.Redirection;

namespace Slipway.Tests.Amt.SimSide;

public sealed class SimKvmTests
{
    private const string Rgb565 = "10 10 00 01 00 1F 00 3F 00 1F 0B 05 00 00 00 00";

    [Theory]
    [InlineData("12", "RFB 003.008\n")]
    [InlineData("8", "RFB 004.000\n")]
    public async Task Console_and_display_are_brought_together_at_sixteen_bits(string profile, string greeting)
    {
        await using var bench = new SimBench(profile);
        SimConsole display = PlugIn(bench);
        SimConsole console = await bench.LoginAsync("KVMR");

        await console.SendAsync("40 00 00 00 00 00 00 00");
        await console.ExpectAsync("41 00 00 00 00 00 00 00");
        await AcceptAsync(display);
        Assert.Equal(greeting, Encoding.ASCII.GetString(await console.ReadAsync(12)));
        await console.SendAsync("RFB 003.008\n"u8.ToArray());
        await console.ExpectAsync("01 01");
        await console.SendAsync("01");
        await console.ExpectAsync("00 00 00 00");
        await console.SendAsync("01");

        await console.ExpectAsync($"02 80 01 E0 {Rgb565} 00 00 00 0D");
        await console.ReadAsync(0x0D);
    }

    [Fact]
    public async Task Messages_go_to_the_display_and_pixels_come_back()
    {
        await using var bench = new SimBench();
        (SimConsole console, SimConsole display) = await OpenAsync(bench);

        await console.SendAsync("00 00 00 00 08 08 00 01 00 07 00 07 00 03 05 02 00 00 00 00");
        await display.ExpectAsync("00 00 00 00 08 08 00 01 00 07 00 07 00 03 05 02 00 00 00 00");
        await console.SendAsync("02 00 00 05 00 00 00 07 00 00 00 10 00 00 00 00 00 00 04 44 FF FF FF 21");
        await display.ExpectAsync("02 00 00 03 00 00 00 10 00 00 00 00 FF FF FF 21");
        foreach (string message in new[] { "03 01 00 00 00 00 02 80 01 E0", "04 01 00 00 00 00 FF 0D", "05 01 00 10 00 20", "06 00 00 00 00 00 00 02 68 69" })
        {
            await console.SendAsync(message);
            await display.ExpectAsync(message);
        }
        var pixels = new byte[100_000];
        new Random(3).NextBytes(pixels);
        Task sent = display.SendAsync(pixels);

        Assert.Equal(pixels, await console.ReadAsync(pixels.Length));
        await sent;
    }

    [Theory]
    [InlineData("12", "10 10 00 01 00 1F 00 3F 00 1F 0B 05 00 00 00 00", true)]
    [InlineData("12", "10 10 01 01 00 1F 00 3F 00 1F 0B 05 00 00 00 00", false)] // big endian
    [InlineData("12", "20 18 00 01 00 FF 00 FF 00 FF 10 08 00 00 00 00", false)] // what ordinary viewers ask for
    [InlineData("12", "08 08 00 00 00 07 00 07 00 03 05 02 00 00 00 00", false)] // palette
    [InlineData("12", "08 08 00 01 00 FF 00 00 00 00 00 00 00 00 00 00", false)]
    [InlineData("16.1", "08 08 00 01 00 FF 00 00 00 00 00 00 00 00 00 00", true)]
    [InlineData("16.1", "08 04 00 01 00 0F 00 00 00 00 00 00 00 00 00 00", true)]
    public async Task Pixel_format_the_firmware_has_not_drops_the_connection(string profile, string format, bool taken)
    {
        await using var bench = new SimBench(profile);
        (SimConsole console, SimConsole display) = await OpenAsync(bench);

        await console.SendAsync("00 00 00 00 " + format);

        if (taken) await display.ExpectAsync("00 00 00 00 " + format);
        else await console.ExpectEndAsync();
    }

    [Theory]
    [InlineData("07 00 00 00")]
    [InlineData("06 00 00 00 7F FF FF FF")]
    [InlineData("02 00 FF FF")]
    public async Task What_is_no_message_drops_the_connection(string hex)
    {
        await using var bench = new SimBench();
        (SimConsole console, _) = await OpenAsync(bench);

        await console.SendAsync(hex);

        await console.ExpectEndAsync();
    }

    [Fact]
    public async Task Without_a_display_the_session_opens_and_closes()
    {
        await using var bench = new SimBench();
        SimConsole console = await bench.LoginAsync("KVMR");

        await console.SendAsync("40 00 00 00 00 00 00 00");

        await console.ExpectAsync("41 00 00 00 00 00 00 00");
        await console.ExpectEndAsync();
        Assert.Empty(bench.State.Sessions);
    }

    [Fact]
    public async Task Session_ends_with_the_display()
    {
        await using var bench = new SimBench();
        (SimConsole console, SimConsole display) = await OpenAsync(bench);

        await display.Stream.DisposeAsync();

        await console.ExpectEndAsync();
    }

    [Theory]
    [InlineData("Pa55wor!", true)]
    [InlineData("Pa55wor?", false)]
    public async Task Port_5900_asks_for_its_own_password(string password, bool right)
    {
        await using var bench = new SimBench();
        (bench.State.Port5900Enabled, bench.State.RfbPassword) = (true, "Pa55wor!");
        SimConsole display = PlugIn(bench), console = bench.ConnectRfb();
        await AcceptAsync(display);

        await console.ReadAsync(12);
        await console.SendAsync("RFB 003.008\n"u8.ToArray());
        await console.ExpectAsync("01 02");
        await console.SendAsync("02");
        await console.SendAsync(Encrypt(await console.ReadAsync(16), password));

        if (right)
        {
            await console.ExpectAsync("00 00 00 00");
            await console.SendAsync("01");
            await console.ExpectAsync($"02 80 01 E0 {Rgb565} 00 00 00 0D");
            Assert.Equal([SimSessionKind.Kvm], bench.State.Sessions);
            return;
        }
        await console.ExpectAsync("00 00 00 01 00 00 00 16");
        await console.ReadAsync(0x16);
        await console.ExpectEndAsync();
    }

    [Theory]
    [InlineData("12", false, "Pa55wor!")]
    [InlineData("12", true, null)]
    [InlineData("16.1", true, "Pa55wor!")]
    public async Task Port_5900_that_is_not_set_up_says_nothing(string profile, bool enabled, string? password)
    {
        await using var bench = new SimBench(profile);
        (bench.State.Port5900Enabled, bench.State.RfbPassword) = (enabled, password);
        PlugIn(bench);

        await bench.ConnectRfb().ExpectEndAsync();
    }

    [Fact]
    public void Challenge_known_from_elsewhere_is_encrypted_alike()
    {
        // The classic example of DES, key 0123456789ABCDEF, with the bits of each byte reversed.
        string password = Encoding.Latin1.GetString([0x80, 0xC4, 0xA2, 0xE6, 0x91, 0xD5, 0xB3, 0xF7]);

        byte[] encrypted = RfbHandshake.Encrypt(Encoding.ASCII.GetBytes("Now is the time "), password);

        Assert.Equal("3FA40E8A984D48156A271787AB8883F9", Convert.ToHexString(encrypted));
    }

    private static SimConsole PlugIn(SimBench bench)
    {
        (DuplexStream here, DuplexStream there) = DuplexStream.Pair();
        bench.Host.Display = there;
        return new SimConsole(here, there, Task.CompletedTask);
    }

    /// <summary>The display's side of the opening; 640 × 480.</summary>
    private static async Task AcceptAsync(SimConsole display)
    {
        await display.SendAsync("RFB 003.008\n"u8.ToArray());
        Assert.Equal("RFB 003.008\n"u8.ToArray(), await display.ReadAsync(12));
        await display.SendAsync("02 13 01");
        await display.ExpectAsync("01");
        await display.SendAsync("00 00 00 00");
        await display.ExpectAsync("01");
        await display.SendAsync("02 80 01 E0 20 18 00 01 00 FF 00 FF 00 FF 10 08 00 00 00 00 00 00 00 04 51 45 4D 55");
        await display.ExpectAsync("00 00 00 00 " + Rgb565);
    }

    private static async Task<(SimConsole Console, SimConsole Display)> OpenAsync(SimBench bench)
    {
        SimConsole display = PlugIn(bench), console = await bench.LoginAsync("KVMR");
        await console.SendAsync("40 00 00 00 00 00 00 00");
        await AcceptAsync(display);
        await console.ReadAsync(8 + 12);
        await console.SendAsync("RFB 003.008\n"u8.ToArray());
        await console.ReadAsync(2);
        await console.SendAsync("01 01");
        await console.ReadAsync(4 + 24 + 0x0D);
        return (console, display);
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "VNC authentication is DES.")]
    private static byte[] Encrypt(byte[] challenge, string password)
    {
        using var des = DES.Create();
        des.Key = [.. Encoding.ASCII.GetBytes(password).Select(b => (byte)Enumerable.Range(0, 8).Sum(i => (b >> i & 1) << (7 - i)))];
        return des.EncryptEcb(challenge, PaddingMode.None);
    }
}
