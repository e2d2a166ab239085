using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using Slipway.Amt.Kvm;
using Slipway.InteropTests.Network;

namespace Slipway.InteropTests.ForeignClients;

/// <summary>Our viewer against QEMU's RFB server, and foreign viewers against our listener in front of it.</summary>
public sealed class RfbTests
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    [Fact]
    public async Task A_picture_is_the_one_qemu_writes_itself()
    {
        await using QemuDisplay qemu = await QemuDisplay.StartAsync();
        var connection = new CountedStream(await qemu.ConnectAsync());
        await using KvmSession session = await KvmSession.OpenAsync(connection, null, TimeProvider.System, default);
        await qemu.CommandAsync("stop"); // nothing changes between the two pictures
        long before = connection.Received;

        Picture ours = Picture.FromPng(await session.CapturePngAsync(default));

        Picture its = await qemu.DumpAsync();
        Assert.StartsWith("QEMU", session.Name, StringComparison.Ordinal);
        Assert.Equal((its.Width, its.Height), (ours.Width, ours.Height));
        Assert.True(its.IsPainted);
        Assert.InRange(connection.Received - before, 1000, its.Width * its.Height); // two bytes for a pixel, were it not ZRLE
        Assert.Equal(its.InRgb565().Rgb, ours.InRgb565().Rgb);
    }

    [Fact]
    public async Task A_change_of_mode_is_followed()
    {
        await using QemuDisplay qemu = await QemuDisplay.StartAsync();
        await using KvmSession session = await KvmSession.OpenAsync(await qemu.ConnectAsync(), null, TimeProvider.System, default);
        ScreenSize before = session.Size;

        using var end = new CancellationTokenSource(QemuDisplay.Patience);
        await session.TypeAsync("m", end.Token);
        while (await SizeAsync() == before)
        {
            // The machine has its own pace.
        }
        Assert.Equal(new ScreenSize(720, 400), session.Size);

        await qemu.CommandAsync("system_reset");
        while (await SizeAsync() != before)
        {
            // Through the letters of the BIOS back to the picture.
        }

        async Task<ScreenSize> SizeAsync()
        {
            Picture picture = Picture.FromPng(await session.CapturePngAsync(end.Token));
            return new ScreenSize(picture.Width, picture.Height);
        }
    }

    [Fact]
    public async Task Keys_reach_the_machine()
    {
        await using QemuDisplay qemu = await QemuDisplay.StartAsync();
        await using KvmSession session = await KvmSession.OpenAsync(await qemu.ConnectAsync(), null, TimeProvider.System, default);

        await session.TypeAsync("Root 7!_{Tab}x{Escape}{Ctrl+c}{{}|{Enter}", default);

        var typed = new char[15];
        await qemu.Serial.ReadBlockAsync(typed).AsTask().WaitAsync(QemuDisplay.Patience);
        Assert.Equal("Root 7!_\tx\e\u0003{|\r", new string(typed));
    }

    [Fact]
    public async Task Three_keys_restart_the_machine()
    {
        await using QemuDisplay qemu = await QemuDisplay.StartAsync();
        await using KvmSession session = await KvmSession.OpenAsync(await qemu.ConnectAsync(), null, TimeProvider.System, default);

        await session.TypeAsync("{Ctrl+Alt+Del}", default);

        Assert.Contains("RESET", await qemu.EventAsync("RESET"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gvnccapture_sees_the_same_picture_through_the_listener()
    {
        await using QemuDisplay qemu = await QemuDisplay.StartAsync();
        await using KvmSession session = await KvmSession.OpenAsync(await qemu.ConnectAsync(), null, TimeProvider.System, default);
        await qemu.CommandAsync("stop");
        await using RfbListener listener = RfbListener.Start(session, AnyPort, null, TimeProvider.System);
        string file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.png");

        (int exit, string output) = ForeignProgram.Run("gvnccapture", "gvncviewer", "--debug", $"127.0.0.1:{Display(listener)}", file);

        Assert.True(exit == 0, output);
        Assert.Contains("FramebufferUpdate type=16", output, StringComparison.Ordinal);
        Picture its = Picture.FromPng(await File.ReadAllBytesAsync(file));
        File.Delete(file);
        Picture qemus = await qemu.DumpAsync();
        Assert.Equal((qemus.Width, qemus.Height), (its.Width, its.Height));
        Assert.Equal(qemus.InRgb565().Rgb, its.InRgb565().Rgb);
    }

    [Theory]
    [InlineData("secret", true)]
    [InlineData("secreT", false)]
    public async Task Vncsnapshot_is_let_in_with_the_password_only(string password, bool isRight)
    {
        await using QemuDisplay qemu = await QemuDisplay.StartAsync();
        await using KvmSession session = await KvmSession.OpenAsync(await qemu.ConnectAsync(), null, TimeProvider.System, default);
        await using RfbListener listener = RfbListener.Start(session, AnyPort, "secret", TimeProvider.System);
        string passwordFile = Path.GetTempFileName(), file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(passwordFile, Obfuscate(password));

        (int exit, string output) = ForeignProgram.Run("vncsnapshot", "vncsnapshot", "-passwd", passwordFile, $"127.0.0.1:{Display(listener)}", file);

        byte[] jpeg = await File.ReadAllBytesAsync(file);
        File.Delete(file);
        File.Delete(passwordFile);
        Assert.True((exit == 0) == isRight, output);
        Assert.Equal(!isRight, output.Contains("the password is wrong", StringComparison.OrdinalIgnoreCase) || output.Contains("authentication failed", StringComparison.OrdinalIgnoreCase));
        if (isRight) Assert.Equal(session.Size, new ScreenSize(Picture.SizeOfJpeg(jpeg).Width, Picture.SizeOfJpeg(jpeg).Height));
        else Assert.Empty(jpeg);
    }

    private static int Display(RfbListener listener) => listener.EndPoint.Port - 5900;

    /// <summary>A password file of VNC: the password, encrypted with a key that everybody knows.</summary>
    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "It is how these files are made.")]
    private static byte[] Obfuscate(string password)
    {
        using var des = DES.Create();
        des.Key = Convert.FromHexString("E84AD660C4721AE0"); // 23, 82, 107, 6, 35, 78, 88, 7, bits reversed
        return des.EncryptEcb([.. password.PadRight(8, '\0').Select(c => (byte)c)], PaddingMode.None);
    }
}
