using System.Buffers;
using Slipway.Amt.Kvm;

namespace Slipway.Tests.Amt.Kvm;

public sealed class ZrleDecoderTests
{
    private static readonly RfbRectangle Tile = new(3, 5, 61, 40);

    public enum Kind
    {
        Raw,
        Solid,
        PackedPalette,
        PlainRuns,
        PaletteRuns,
    }

    public static TheoryData<Kind, int, Packing, bool> Kinds()
    {
        var data = new TheoryData<Kind, int, Packing, bool>();
        foreach (Packing packing in Enum.GetValues<Packing>())
            foreach (bool isWide in new[] { true, false })
            {
                data.Add(Kind.Raw, 200, packing, isWide);
                data.Add(Kind.Solid, 1, packing, isWide);
                foreach (int colours in new[] { 2, 3, 4, 5, 16 }) data.Add(Kind.PackedPalette, colours, packing, isWide);
                data.Add(Kind.PlainRuns, 200, packing, isWide);
                data.Add(Kind.PlainRuns, 1, packing, isWide); // one run longer than 2,000
                foreach (int colours in new[] { 2, 17, 127 }) data.Add(Kind.PaletteRuns, colours, packing, isWide);
            }
        return data;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_of_tile_is_read(Kind kind, int colours, Packing packing, bool isWide)
    {
        using var writer = new TileWriter(packing, isWide);
        using var decoder = new ZrleDecoder();
        FrameBuffer screen = Screen(isWide);
        ushort[] pixels = Picture(Tile, colours, isWide, seed: 1);

        Assert.Equal(OperationStatus.Done, decoder.Decode(writer.Pack(Write(writer, kind, pixels)), Tile, screen));

        Assert.Equal(pixels, Read(screen, Tile));
        Assert.Equal(0, screen.Line(2, 5, 1)[0]);
        Assert.Equal(0, screen.Line(64, 5, 1)[0]);
    }

    [Theory]
    [InlineData(Packing.Zlib)]
    [InlineData(Packing.Stored)]
    [InlineData(Packing.StoredWithoutHeader)]
    public void Rectangles_of_many_tiles_go_on_with_one_stream(Packing packing)
    {
        using var writer = new TileWriter(packing);
        using var decoder = new ZrleDecoder();
        FrameBuffer screen = Screen();
        var dice = new Random(7);
        for (int i = 0; i < 40; i++)
        {
            var area = new RfbRectangle(dice.Next(100), dice.Next(50), dice.Next(1, 100), dice.Next(1, 130));
            ushort[] pixels = Picture(area, 16, isWide: true, seed: i);

            Assert.Equal(OperationStatus.Done, decoder.Decode(writer.Pack(Tiles(writer, area, pixels, dice)), area, screen));

            Assert.Equal(pixels, Read(screen, area));
        }
    }

    [Fact]
    public void Data_that_ends_early_is_noticed_wherever_it_ends()
    {
        foreach (Kind kind in Enum.GetValues<Kind>())
        {
            var small = new RfbRectangle(3, 5, 13, 9);
            byte[] tile = Write(new TileWriter(Packing.Stored), kind, Picture(small, kind == Kind.Solid ? 1 : 9, isWide: true, seed: 2), small.Width);
            for (int length = 0; length < tile.Length; length++)
            {
                using var writer = new TileWriter(Packing.Stored);
                using var decoder = new ZrleDecoder();
                Assert.Equal(OperationStatus.NeedMoreData, decoder.Decode(writer.Pack(tile[..length]), small, Screen()));
            }
        }
    }

    [Fact]
    public void Compressed_data_may_be_cut_anywhere_and_nothing_is_thrown()
    {
        using var writer = new TileWriter(Packing.Zlib);
        byte[] data = writer.Pack(Write(writer, Kind.Raw, Picture(Tile, 30, isWide: true, seed: 3)));
        for (int length = 0; length < data.Length - 6; length++) // the last six end the block and say that it is flushed
        {
            using var decoder = new ZrleDecoder();
            Assert.NotEqual(OperationStatus.Done, decoder.Decode(data.AsMemory(0, length), Tile, Screen()));
        }
    }

    [Theory]
    [InlineData(17)]
    [InlineData(127)]
    [InlineData(129)]
    public void A_kind_of_tile_that_does_not_exist_is_refused(byte kind)
    {
        using var writer = new TileWriter(Packing.Stored);
        using var decoder = new ZrleDecoder();

        Assert.Equal(OperationStatus.InvalidData, decoder.Decode(writer.Pack([kind, .. new byte[5000]]), Tile, Screen()));
    }

    [Fact]
    public void A_run_beyond_the_tile_and_an_index_beyond_the_palette_are_refused()
    {
        byte[][] tiles =
        [
            [128, 1, 2, .. Enumerable.Repeat((byte)255, 9), 200], // 2,496 pixels in a tile of 2,440
            [130, 1, 0, 2, 0, 2], // the third of two colours
            [130, 1, 0, 2, 0, 0x82, 1],
            [3, 1, 0, 2, 0, 3, 0, 0xFF], // the fourth of three
        ];
        foreach (byte[] tile in tiles)
        {
            using var writer = new TileWriter(Packing.Stored);
            using var decoder = new ZrleDecoder();
            Assert.Equal(OperationStatus.InvalidData, decoder.Decode(writer.Pack([.. tile, .. new byte[5000]]), Tile, Screen()));
        }
    }

    [Fact]
    public void What_is_no_deflate_stream_is_refused_and_stays_so()
    {
        using var writer = new TileWriter(Packing.StoredWithoutHeader);
        using var decoder = new ZrleDecoder();

        Assert.Equal(OperationStatus.InvalidData, decoder.Decode(new byte[] { 0x07, 1, 2, 3, 4, 5, 6, 7 }, Tile, Screen()));
        Assert.Equal(OperationStatus.InvalidData, decoder.Decode(writer.Pack(writer.Solid(1)), Tile, Screen()));
    }

    [Fact]
    public void A_little_more_than_the_tiles_is_passed_over_and_a_bomb_is_not()
    {
        using var writer = new TileWriter(Packing.Zlib);
        using var decoder = new ZrleDecoder();
        FrameBuffer screen = Screen();

        Assert.Equal(OperationStatus.Done, decoder.Decode(writer.Pack([.. writer.Solid(7), 1, 2, 3]), Tile, screen));
        Assert.Equal(OperationStatus.Done, decoder.Decode(writer.Pack(writer.Solid(8)), Tile, screen));
        Assert.Equal(8, screen.Line(Tile.X, Tile.Y, 1)[0]);
        Assert.Equal(OperationStatus.InvalidData, decoder.Decode(writer.Pack([.. writer.Solid(7), .. new byte[10_000_000]]), Tile, screen));
    }

    [Fact]
    public void The_longest_data_is_no_less_than_a_clumsy_encoder_writes()
    {
        ushort[] pixels = [.. Enumerable.Range(0, 64 * 64).Select(i => (ushort)i)];
        using var writer = new TileWriter(Packing.Stored);

        Assert.True(writer.Pack(writer.PlainRuns(pixels)).Length <= ZrleDecoder.MostBytes(new RfbRectangle(0, 0, 64, 64), bytesPerPixel: 2));
    }

    [Fact]
    public void Damaged_data_throws_nothing()
    {
        int seed = Environment.TickCount;
        try
        {
            var dice = new Random(seed);
            for (int round = 0; round < 300; round++)
            {
                var area = new RfbRectangle(0, 0, dice.Next(1, 130), dice.Next(1, 100));
                using var writer = new TileWriter((Packing)dice.Next(3));
                using var decoder = new ZrleDecoder();
                byte[] tiles = Tiles(writer, area, Picture(area, 12, isWide: true, round), dice);
                if (dice.Next(2) == 0) tiles[dice.Next(tiles.Length)] = (byte)dice.Next(256);
                byte[] data = writer.Pack(tiles);
                for (int flips = dice.Next(3); flips > 0; flips--) data[dice.Next(data.Length)] ^= (byte)(1 << dice.Next(8));
                decoder.Decode(data, area, Screen());
            }
        }
        catch (Exception error)
        {
            Assert.Fail($"seed {seed}: {error}");
        }
    }

    private static byte[] Write(TileWriter writer, Kind kind, ushort[] pixels, int width = 61) => kind switch
    {
        Kind.Raw => writer.Raw(pixels),
        Kind.Solid => writer.Solid(pixels[0]),
        Kind.PackedPalette => writer.PackedPalette(pixels, width),
        Kind.PlainRuns => writer.PlainRuns(pixels),
        _ => writer.PaletteRuns(pixels),
    };

    /// <summary>A rectangle's tiles, each of a kind that fits its colours.</summary>
    private static byte[] Tiles(TileWriter writer, RfbRectangle area, ushort[] pixels, Random dice)
    {
        var tiles = new List<byte>();
        for (int y = 0; y < area.Height; y += 64)
            for (int x = 0; x < area.Width; x += 64)
            {
                int width = Math.Min(64, area.Width - x), height = Math.Min(64, area.Height - y);
                ushort[] tile = [.. Enumerable.Range(y, height).SelectMany(line => pixels.AsSpan(line * area.Width + x, width).ToArray())];
                Kind kind = tile.Distinct().Count() == 1 ? (Kind)dice.Next(5) : new[] { Kind.Raw, Kind.PackedPalette, Kind.PlainRuns, Kind.PaletteRuns }[dice.Next(4)];
                tiles.AddRange(Write(writer, kind, tile, width));
            }
        return [.. tiles];
    }

    private static FrameBuffer Screen(bool isWide = true) => new(200, 200, isWide ? RfbPixelFormat.Rgb565 : RfbPixelFormat.Rgb332);

    /// <summary>Pixels with runs in them, of at most so many colours.</summary>
    private static ushort[] Picture(RfbRectangle area, int colours, bool isWide, int seed)
    {
        var dice = new Random(seed);
        ushort[] palette = [.. Enumerable.Range(0, colours).Select(i => (ushort)(isWide ? i * 331 + 1 : i + 1))];
        var pixels = new ushort[area.Area];
        for (int i = 0; i < pixels.Length;)
        {
            ushort pixel = palette[dice.Next(colours)];
            for (int run = dice.Next(4) == 0 ? dice.Next(1, 700) : 1; run > 0 && i < pixels.Length; run--) pixels[i++] = pixel;
        }
        return pixels;
    }

    private static ushort[] Read(FrameBuffer screen, RfbRectangle area) =>
        [.. Enumerable.Range(area.Y, area.Height).SelectMany(y => screen.Line(area.X, y, area.Width).ToArray())];
}
