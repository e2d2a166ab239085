using System.Text;
using Slipway.Amt;
using Slipway.Amt.Boot;
using Slipway.Amt.Inventory;
using Slipway.Amt.Logs;
using Slipway.Amt.Settings;

namespace Slipway.Tests.Amt.Logs;

/// <summary>Bytes and rules of the firmware's records.</summary>
public sealed class AmtRecordTests
{
    private static readonly byte[] Event = Convert.FromHexString("80D3DB6B" + "FF" + "0F" + "6F" + "02" + "68" + "02" + "FF" + "22" + "00" + "4013000000000000");

    private static readonly byte[] Audit = [.. Convert.FromHexString("0011" + "0003" + "00" + "05"), .. "admin"u8, .. Convert.FromHexString("6BDBD380" + "00" + "0A"), .. "192.0.2.77"u8, 0];

    [Fact]
    public void A_boot_event_is_told_in_words()
    {
        AmtEventRecord record = AmtEventRecord.TryRead(Event)!;

        Assert.Equal(("info", "BIOS: the operating system is started"), (record.Severity, record.Text));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(0x6BDBD380), record.Time);
    }

    [Fact]
    public void An_event_without_a_clock_has_no_time() => Assert.Null(AmtEventRecord.TryRead([0, 0, 0, 0, .. Event[4..]])!.Time);

    [Fact]
    public void An_audit_record_says_who_from_where_what()
    {
        AmtAuditRecord record = AmtAuditRecord.TryRead(Audit)!;

        Assert.Equal(("admin", "192.0.2.77", "reset"), (record.Initiator, record.From, record.Text));
    }

    [Fact]
    public void Truncated_records_are_none()
    {
        for (int length = 0; length < Event.Length; length++) Assert.Null(AmtEventRecord.TryRead(Event.AsSpan(0, length)));
        // The extension behind the address is not needed.
        for (int length = 0; length < Audit.Length - 1; length++) Assert.Null(AmtAuditRecord.TryRead(Audit.AsSpan(0, length)));
    }

    [Fact]
    public void Mutated_records_are_read_or_none()
    {
        const int seed = 390;
        var random = new Random(seed);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] first = [.. Event], second = [.. Audit], third = BootParameters.ForUrl("https://boot.example/a.efi").Bytes;
            foreach (byte[] bytes in new[] { first, second, third })
                for (int n = random.Next(1, 5); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            Assert.NotNull(AmtEventRecord.TryRead(first));
            _ = AmtAuditRecord.TryRead(second);
            _ = BootParameters.TryRead(third);
        }
    }

    [Fact]
    public void Boot_parameters_are_written_as_they_are_read()
    {
        BootParameters parameters = BootParameters.ForUrl("https://boot.example/a.efi");

        var records = BootParameters.TryRead(parameters.Bytes)!;

        Assert.Equal(3, parameters.Count);
        Assert.Equal([BootParameters.Type.Url, BootParameters.Type.ImportAuthority, BootParameters.Type.RequestTimeout], records.Select(r => r.Type));
        Assert.Equal("https://boot.example/a.efi", Encoding.ASCII.GetString(records[0].Value));
        for (int length = 1; length < parameters.Bytes.Length; length++)
            Assert.True(BootParameters.TryRead(parameters.Bytes.AsSpan(0, length)) is null or { Count: < 3 });
    }

    [Fact]
    public void A_uuid_has_its_first_three_fields_little_endian()
    {
        Guid uuid = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");

        Assert.Equal(uuid, AmtInventory.ReadUuid(Convert.ToBase64String(Convert.FromHexString("33221100554477668899AABBCCDDEEFF"))));
        Assert.Null(AmtInventory.ReadUuid("AAAA"));
        Assert.Null(AmtInventory.ReadUuid("!"));
    }

    [Theory]
    [InlineData("Sl1pway!Lab", null)]
    [InlineData("short1!", "8 to 32")]
    [InlineData("alllower1!", "upper")]
    [InlineData("ALLUPPER1!", "lower")]
    [InlineData("NoDigits!!", "digit")]
    [InlineData("Under_score1", "special")]
    [InlineData("Colon:1Aa!", "colon")]
    public void The_rules_of_the_mebx_are_told_without_the_password(string password, string? rule)
    {
        string? broken = AmtPasswordRules.Check(password);

        if (rule is null) Assert.Null(broken);
        else Assert.Contains(rule, broken, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Aa1!Aa1", false)]
    [InlineData("Aa1!Aa1!", true)]
    [InlineData("Aa1!Aa1!x", false)]
    public void The_password_of_port_5900_has_exactly_eight_characters(string password, bool isGood)
    {
        Exception? e = Record.Exception(() => AmtSettings.CheckRfbPassword(password));

        Assert.Equal(isGood, e is null);
        Assert.DoesNotContain(password, e?.Message ?? "", StringComparison.Ordinal);
    }
}
