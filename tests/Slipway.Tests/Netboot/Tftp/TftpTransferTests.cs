using Slipway.Netboot.Tftp;

namespace Slipway.Tests.Netboot.Tftp;

public sealed class TftpTransferTests
{
    private static readonly TftpServerOptions Limits = new();

    [Fact]
    public void Options_are_offered_before_the_first_block()
    {
        TftpTransfer transfer = New(1000, "blksize=512");

        Assert.Equal(TftpAction.SendOptions, transfer.Begin().Action);
        Assert.Equal(new TftpStep(TftpAction.SendBlocks, 1, 1), transfer.OnAcknowledgement(0));
        Assert.Equal(new TftpStep(TftpAction.SendBlocks, 2, 2), transfer.OnAcknowledgement(1));
        Assert.Equal(TftpAction.Finish, transfer.OnAcknowledgement(2).Action);
        Assert.Equal((TftpTransferState.Done, 1000L, 0), (transfer.State, transfer.BytesAcknowledged, transfer.Retries));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(511, 1)]
    [InlineData(512, 2)]
    [InlineData(1024, 3)]
    public void The_last_block_is_shorter_than_the_others(long length, long blocks)
    {
        TftpTransfer transfer = New(length, "windowsize=64");
        transfer.Begin();

        Assert.Equal(blocks, transfer.OnAcknowledgement(0).Last);
    }

    [Fact]
    public void A_duplicate_acknowledgement_is_never_answered()
    {
        TftpTransfer transfer = New(5000, "");
        transfer.Begin();
        transfer.OnAcknowledgement(1);

        Assert.Equal(default, transfer.OnAcknowledgement(1));
        Assert.Equal(default, transfer.OnAcknowledgement(0));
        Assert.Equal(default, transfer.OnAcknowledgement(3)); // not sent yet
        Assert.Equal(default, transfer.OnAcknowledgement(65535));
        Assert.Equal(0, transfer.Retries);
    }

    [Fact]
    public void An_acknowledgement_inside_a_window_goes_on_from_there()
    {
        TftpTransfer transfer = New(100_000, "windowsize=8");
        transfer.Begin();
        transfer.OnAcknowledgement(0);

        Assert.Equal(new TftpStep(TftpAction.SendBlocks, 4, 11), transfer.OnAcknowledgement(3));
        Assert.Equal(1, transfer.Retries);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    public void Block_numbers_wrap_to_zero_as_often_as_need_be(int window)
    {
        const long Length = 512L * 200_000 + 5;
        TftpTransfer transfer = New(Length, $"windowsize={window}");
        transfer.Begin();

        TftpStep step = transfer.OnAcknowledgement(0);
        long next = 1;
        while (step.Action == TftpAction.SendBlocks)
        {
            Assert.Equal(next, step.First);
            next = step.Last + 1;
            step = transfer.OnAcknowledgement((ushort)step.Last);
        }

        Assert.Equal(TftpTransferState.Done, transfer.State);
        Assert.Equal(200_001, next - 1);
        Assert.Equal(Length, transfer.BytesAcknowledged);
    }

    [Fact]
    public void A_file_beyond_four_gigabytes_keeps_its_length()
    {
        const long Length = 6L << 30;
        TftpTransfer transfer = New(Length, "blksize=1468 windowsize=64");
        transfer.Begin();

        TftpStep step = transfer.OnAcknowledgement(0);
        while (step.Action == TftpAction.SendBlocks) step = transfer.OnAcknowledgement((ushort)step.Last);

        Assert.Equal(Length, transfer.BytesAcknowledged);
    }

    [Fact]
    public void Waits_double_up_to_the_longest_and_then_the_client_is_given_up()
    {
        TftpTransfer transfer = New(5000, "");
        transfer.Begin();
        var waits = new List<double> { transfer.Wait.TotalSeconds };

        while (transfer.OnTimeout() is { Action: TftpAction.SendBlocks } step)
        {
            Assert.Equal((1, 1), (step.First, step.Last));
            waits.Add(transfer.Wait.TotalSeconds);
        }

        Assert.Equal([0.5, 1, 2, 4, 8, 8], waits);
        Assert.Equal((TftpTransferState.GaveUp, 5), (transfer.State, transfer.Retries));
    }

    [Fact]
    public void The_clients_own_time_out_is_where_waiting_begins()
    {
        TftpTransfer transfer = New(5000, "timeout=5");
        transfer.Begin();
        Assert.Equal(TimeSpan.FromSeconds(5), transfer.Wait);

        transfer.OnTimeout();
        transfer.OnAcknowledgement(0);

        Assert.Equal(TimeSpan.FromSeconds(5), transfer.Wait);
    }

    [Fact]
    public void A_whole_window_is_sent_again_after_silence()
    {
        TftpTransfer transfer = New(100_000, "windowsize=4");
        transfer.Begin();
        transfer.OnAcknowledgement(0);
        transfer.OnAcknowledgement(4);

        Assert.Equal(new TftpStep(TftpAction.SendBlocks, 5, 8), transfer.OnTimeout());
    }

    [Fact]
    public void A_repeated_request_gets_the_first_packet_again_and_only_that()
    {
        TftpTransfer transfer = New(5000, "blksize=512");
        transfer.Begin();
        Assert.Equal(TftpAction.SendOptions, transfer.OnRepeatedRequest().Action);
        transfer.OnAcknowledgement(0);
        Assert.Equal(new TftpStep(TftpAction.SendBlocks, 1, 1), transfer.OnRepeatedRequest());
        transfer.OnAcknowledgement(1);

        Assert.Equal(default, transfer.OnRepeatedRequest());
    }

    [Fact]
    public void A_missing_last_acknowledgement_is_forgiven_once_the_client_asks_for_more()
    {
        TftpTransfer transfer = New(100, "");
        transfer.Begin();
        transfer.OnNewerRequest();

        Assert.Equal(TftpAction.Finish, transfer.OnTimeout().Action);
        Assert.Equal(TftpTransferState.DoneUnacknowledged, transfer.State);
    }

    [Fact]
    public void A_client_that_asks_on_in_the_middle_is_still_waited_for()
    {
        TftpTransfer transfer = New(5000, "");
        transfer.Begin();
        transfer.OnNewerRequest();

        Assert.Equal(TftpAction.SendBlocks, transfer.OnTimeout().Action);
    }

    [Fact]
    public void An_error_ends_it()
    {
        TftpTransfer transfer = New(5000, "tsize=0");
        transfer.Begin();

        Assert.Equal(TftpAction.Finish, transfer.OnError().Action);
        Assert.Equal((TftpTransferState.EndedByClient, false), (transfer.State, transfer.HasProgressed));
        Assert.Equal(default, transfer.OnAcknowledgement(1));
    }

    private static TftpTransfer New(long length, string options)
    {
        TftpTerms terms = TftpTerms.Negotiate(TftpTermsTests.Parse(options), length, Limits);
        return new TftpTransfer(terms, length, Limits);
    }
}
