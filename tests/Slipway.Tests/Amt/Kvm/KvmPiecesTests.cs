using System.Buffers;
using System.Text;
using Slipway.Amt;
using Slipway.Amt.Kvm;

namespace Slipway.Tests.Amt.Kvm;

public sealed class KvmPiecesTests
{
    [Theory] // computed with OpenSSL's DES, key bits reversed
    [InlineData("Slipway!", "000102030405060708090A0B0C0D0E0F", "CF1A00E0C339748DAB48F08A46690792")]
    [InlineData("vnc", "FFEEDDCCBBAA99887766554433221100", "88677A51CD38148FC5E536E6E90C9726")]
    public void The_answer_to_a_challenge_is_the_known_one(string password, string challenge, string answer) =>
        Assert.Equal(answer, Convert.ToHexString(VncPassword.Answer(password, Convert.FromHexString(challenge))));

    [Theory]
    [InlineData("", "1 to 8 characters")]
    [InlineData("ninechars", "1 to 8 characters")]
    [InlineData("münchen", "ASCII")]
    [InlineData("xxxxpppp", "weak keys")]
    public void A_password_vnc_cannot_have_is_refused(string password, string words) =>
        Assert.Contains(words, VncPassword.Defect(password), StringComparison.Ordinal);

    [Fact]
    public async Task Opening_takes_its_eight_bytes_and_leaves_the_greeting()
    {
        (MemoryDuplex ours, MemoryDuplex theirs) = MemoryDuplex.Pair();
        theirs.Write([0x41, 0, 0, 0, 0, 0, 0, 0, .. "RFB 003.008\n"u8]);

        await KvmOpening.OpenAsync(ours, default);

        var request = new byte[8];
        await theirs.ReadExactlyAsync(request);
        Assert.Equal("4000000000000000", Convert.ToHexString(request));
        var greeting = new byte[12];
        await ours.ReadExactlyAsync(greeting);
        Assert.Equal("RFB 003.008\n", Encoding.ASCII.GetString(greeting));
    }

    [Fact]
    public async Task Opening_says_what_came_instead()
    {
        AmtException closed = await Assert.ThrowsAsync<AmtException>(() => KvmOpening.OpenAsync(MemoryDuplex.Said([0x41, 0, 0]), default));
        AmtException other = await Assert.ThrowsAsync<AmtException>(() => KvmOpening.OpenAsync(MemoryDuplex.Said([0x14, 0, 0, 0, 0, 0, 0, 0]), default));

        Assert.Equal((AmtProblem.ScreenUnavailable, AmtProblem.BadAnswer), (closed.Problem, other.Problem));
        Assert.Contains("0x14", other.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_reply_is_read_at_every_length()
    {
        byte[] reply = [0x41, 0, 0, 0, 0, 0, 0, 0, (byte)'R'];
        for (int length = 0; length <= reply.Length; length++)
        {
            OperationStatus status = KvmOpening.ReadReply(reply.AsSpan(0, length), out int consumed);
            Assert.Equal(length < 8 ? (OperationStatus.NeedMoreData, 0) : (OperationStatus.Done, 8), (status, consumed));
        }
    }

    [Fact]
    public void A_pixel_format_comes_back()
    {
        var wire = new byte[RfbPixelFormat.WireSize];
        foreach (RfbPixelFormat format in new[] { RfbPixelFormat.Rgb565, RfbPixelFormat.Rgb332, RfbPixelFormat.Rgb888 with { BigEndian = true } })
        {
            format.Write(wire);
            Assert.Equal(format, RfbPixelFormat.Read(wire));
        }
        RfbPixelFormat.Rgb565.Write(wire);
        Assert.Equal("10100001001F003F001F0B0500000000", Convert.ToHexString(wire));
    }

    [Fact]
    public void Colours_reach_from_black_to_white_and_keep_their_bits()
    {
        Assert.Equal(0xFFFFFFu, RfbPixelFormat.Rgb565.ToRgb(0xFFFF));
        Assert.Equal(0xFF0000u, RfbPixelFormat.Rgb565.ToRgb(0xF800));
        Assert.Equal(0x0000FFu, RfbPixelFormat.Rgb332.ToRgb(0x03));
        for (uint pixel = 0; pixel <= ushort.MaxValue; pixel++)
        {
            uint rgb = RfbPixelFormat.Rgb565.ToRgb(pixel);
            Assert.Equal(pixel, RfbPixelFormat.Rgb565.FromRgb(rgb));
            Assert.Equal(pixel, ((rgb >> 19) << 11) | (((rgb >> 10) & 63) << 5) | ((rgb >> 3) & 31));
        }
    }

    [Theory]
    [InlineData(1920, 1080, 16)]
    [InlineData(2560, 1600, 16)]
    [InlineData(2560, 1920, 8)]
    [InlineData(3840, 2160, 8)]
    [InlineData(4096, 2304, 0)]
    public void The_format_is_what_fits_the_firmware(int width, int height, int bits) =>
        Assert.Equal(bits, FrameBuffer.FormatFor(width, height)?.BitsPerPixel ?? 0);

    [Fact]
    public void A_dirty_region_forgets_nothing_and_stays_small()
    {
        int seed = Environment.TickCount;
        var dice = new Random(seed);
        var screen = new RfbRectangle(0, 0, 80, 60);
        for (int round = 0; round < 100; round++)
        {
            var region = new DirtyRegion();
            var dirty = new bool[screen.Area];
            for (int i = 0; i < 60; i++)
            {
                RfbRectangle area = new RfbRectangle(dice.Next(80), dice.Next(60), dice.Next(20), dice.Next(20)).Intersect(screen);
                if (dice.Next(4) != 0)
                {
                    region.Add(area);
                    Set(dirty, area, true);
                    continue;
                }
                IReadOnlyList<RfbRectangle> taken = region.Take(area);
                Assert.True(taken.Count <= DirtyRegion.MostRectangles + 1, $"seed {seed}");
                Assert.All(taken, part => Assert.True(area.Contains(part), $"seed {seed}"));
                foreach (RfbRectangle part in taken) Set(dirty, part, false);
                Assert.False(Any(dirty, area), $"seed {seed}: something in {area} was not given");
            }
            foreach (RfbRectangle part in region.Take(screen)) Set(dirty, part, false);
            Assert.DoesNotContain(true, dirty);
            Assert.True(region.IsEmpty);
        }
    }

    [Fact]
    public void Tiles_side_by_side_become_one_rectangle()
    {
        var region = new DirtyRegion();
        for (int y = 0; y < 10; y++)
            for (int x = 0; x < 10; x++) region.Add(new RfbRectangle(x * 64, y * 64, 64, 64));

        Assert.Equal([new RfbRectangle(0, 0, 640, 640)], region.Take(new RfbRectangle(0, 0, 1000, 1000)));
    }

    [Fact]
    public void Coverage_counts_each_pixel_once()
    {
        var coverage = new Coverage(10, 10);
        coverage.Add(new RfbRectangle(0, 0, 10, 6));
        coverage.Add(new RfbRectangle(0, 4, 10, 4));
        Assert.Equal(20, coverage.Missing);
        coverage.Add(new RfbRectangle(5, 5, 100, 100));
        Assert.Equal(10, coverage.Missing);
        coverage.Add(new RfbRectangle(0, 8, 5, 2));
        Assert.Equal(0, coverage.Missing);
    }

    private static void Set(bool[] dirty, RfbRectangle area, bool value)
    {
        for (int y = area.Y; y < area.Bottom; y++) dirty.AsSpan(y * 80 + area.X, area.Width).Fill(value);
    }

    private static bool Any(bool[] dirty, RfbRectangle area)
    {
        for (int y = area.Y; y < area.Bottom; y++)
            if (dirty.AsSpan(y * 80 + area.X, area.Width).Contains(true)) return true;
        return false;
    }
}
