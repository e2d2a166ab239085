using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Lab;
using Slipway.Lab.Boots;
using Slipway.Lab.Runs;

namespace Slipway.Tests.Storage;

public sealed class LabJsonTests
{
    private static readonly DateTimeOffset Wall = new(2026, 3, 1, 12, 30, 5, 250, TimeSpan.Zero);

    /// <summary>One of each kind of fact.</summary>
    private static readonly BootFact[] Facts =
    [
        new PowerCommanded(PowerAction.Cycle),
        new PowerObserved(PowerState.Paused),
        new FirmwareAsked("x64 UEFI", "UEFI HTTP"),
        new LoaderAsked("iPXE"),
        new SystemAsked("udhcp 1.36"),
        new Offered("192.168.77.10", "ipxe.0", "BIOS, no loader yet"),
        new NotOffered("unknown machine"),
        new Leased("192.168.77.10"),
        new FileAsked("grub.cfg", TransferProtocol.Tftp),
        new FileServed("kernel \"é\" <1>", TransferProtocol.Http, 5_000_000_000, 12.5, 3, "ab01", "blksize=1468", FileRole.Kernel),
        new FileRefused("pxelinux.cfg/01-00", TransferProtocol.Tftp, "not there", true, FileRole.Configuration),
        new FirstConsoleByte(),
        new Banner("SeaBIOS (version 1.16)"),
        new StepMet(1, "threadtest\n"),
        new ResetSeen(false, "second banner"),
        new ConsoleLost("closed by the other end"),
        new MachineVanished("QEMU ended"),
        new BuildFinished(true, 0, 61.5),
        new BootOverridden("network", "no BIOS screens on the console"),
        new PowerLost("serial over LAN says off"),
        new ConsoleGap(2.5, "the firmware closed the session"),
        new Judged(Verdict.LabFault, "TFTP was never asked"),
    ];

    public static TheoryData<string> FactNames() => [.. Facts.Select(fact => fact.GetType().Name)];

    [Fact]
    public void Every_kind_of_fact_is_tried_here()
    {
        IEnumerable<string> declared = typeof(BootFact).GetCustomAttributes(typeof(JsonDerivedTypeAttribute), false)
            .Cast<JsonDerivedTypeAttribute>().Select(kind => kind.DerivedType.Name);

        Assert.Equal(declared.Order(), Facts.Select(fact => fact.GetType().Name).Order());
        Assert.Equal(
            typeof(BootFact).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(BootFact))).Select(type => type.Name).Order(), declared.Order());
    }

    [Theory]
    [MemberData(nameof(FactNames))]
    public void A_timeline_entry_of_each_fact_reads_back_equal(string name)
    {
        var entry = new TimelineEntry(TimeSpan.FromMicroseconds(61_234_567), Wall, Facts.Single(fact => fact.GetType().Name == name));

        string json = JsonSerializer.Serialize(entry, LabJson.Default.TimelineEntry);

        Assert.Equal(entry, JsonSerializer.Deserialize(json, LabJson.Default.TimelineEntry));
        using var document = JsonDocument.Parse(json);
        Assert.Equal(["at", "wall", "event"], document.RootElement.EnumerateObject().Select(property => property.Name).Take(3));
        Assert.Equal(document.RootElement.EnumerateObject().Count(), document.RootElement.EnumerateObject().DistinctBy(property => property.Name).Count());
    }

    [Fact]
    public void A_timeline_entry_is_one_flat_object()
    {
        var entry = new TimelineEntry(TimeSpan.FromTicks(12_345_678), Wall, new PowerCommanded(PowerAction.Cycle));

        string json = JsonSerializer.Serialize(entry, LabJson.Default.TimelineEntry);

        Assert.Equal(
            """{"at":1.234568,"wall":"2026-03-01T12:30:05.25+00:00","event":"PowerCommanded","action":"cycle"}""",
            json.Replace("\n", "").Replace("  ", "").Replace("\": ", "\":"));
    }

    [Fact]
    public void A_fact_reads_back_when_its_event_comes_last()
    {
        const string Json = """{"address":"10.0.0.1","at":2,"wall":"2026-03-01T12:30:05Z","event":"Leased"}""";

        Assert.Equal(new Leased("10.0.0.1"), JsonSerializer.Deserialize(Json, LabJson.Default.TimelineEntry)?.Fact);
    }

    [Theory]
    [InlineData("""{"wall":"2026-03-01T12:30:05Z","event":"Leased","address":"x"}""")]
    [InlineData("""{"at":1,"wall":"2026-03-01T12:30:05Z","event":"Nonsense"}""")]
    [InlineData("""{"at":1,"wall":"2026-03-01T12:30:05Z","event":"Judged","verdict":"splendid","reason":""}""")]
    [InlineData("17")]
    public void A_broken_entry_is_a_JsonException(string json) =>
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize(json, LabJson.Default.TimelineEntry));

    [Fact]
    public void A_run_record_reads_back_equal_and_speaks_the_command_lines_words()
    {
        var run = new RunRecord
        {
            Id = 17,
            Lab = "desk",
            Name = "smoke",
            Machine = "aronnax",
            Image = "nautilus",
            State = RunState.Released,
            Verdict = Verdict.LabFault,
            ExitCode = 3,
            Reason = "no power",
            CreatedAt = Wall,
            Directory = "/runs/17",
            OwnerPid = 4711,
        };

        string json = JsonSerializer.Serialize(run, LabJson.Default.RunRecord);

        Assert.Equal(run, JsonSerializer.Deserialize(json, LabJson.Default.RunRecord));
        Assert.Contains("\"verdict\": \"lab-fault\"", json);
        Assert.Contains("\"state\": \"released\"", json);
    }

    [Fact]
    public void Every_verdict_has_a_word_that_reads_back()
    {
        foreach (Verdict verdict in Enum.GetValues<Verdict>())
        {
            Assert.True(Words.TryRead(verdict.Word(), out Verdict read));
            Assert.Equal(verdict, read);
        }
        Assert.False(Words.TryRead("3", out Verdict _));
        Assert.False(Words.TryRead("LabFault", out Verdict _));
    }
}
