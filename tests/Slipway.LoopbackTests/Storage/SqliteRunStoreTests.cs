using System.Diagnostics;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Slipway.Lab;
using Slipway.Lab.Boots;
using Slipway.Lab.Runs;
using Slipway.Storage.Artifacts;
using Slipway.Storage.Sqlite;

namespace Slipway.LoopbackTests.Storage;

public sealed class SqliteRunStoreTests : IDisposable
{
    private static readonly NewRun Smoke = new("desk", "nautilus-smoke", "aronnax", "nautilus");

    private readonly StateDirectory _state = new();

    [Fact]
    public async Task A_new_run_is_queued_and_has_number_one_and_a_directory()
    {
        await using SqliteRunStore store = await OpenAsync();

        RunRecord run = await store.CreateAsync(Smoke, CancellationToken.None);

        Assert.Equal((1, RunState.Queued, Environment.ProcessId), (run.Id, run.State, run.OwnerPid));
        Assert.Equal(Path.Combine(_state.Path, "runs", "1"), run.Directory);
        Assert.True(Directory.Exists(run.Directory));
    }

    [Fact]
    public async Task A_run_that_is_over_has_its_record_beside_its_files()
    {
        await using SqliteRunStore store = await OpenAsync();
        RunRecord run = Judge(await store.CreateAsync(Smoke, CancellationToken.None), Verdict.Hung, 124);

        await store.UpdateAsync(run, CancellationToken.None);

        string json = await File.ReadAllTextAsync(Path.Combine(run.Directory, RunDirectory.Record));
        Assert.Equal(run, JsonSerializer.Deserialize(json, LabJson.Default.RunRecord));
    }

    [Fact]
    public async Task What_was_updated_is_found_again_whole()
    {
        await using SqliteRunStore store = await OpenAsync();
        RunRecord run = Judge(await store.CreateAsync(Smoke, CancellationToken.None), Verdict.Crashed, 1);

        await store.UpdateAsync(run, CancellationToken.None);

        Assert.Equal(run, await store.FindAsync(run.Id, CancellationToken.None));
    }

    [Fact]
    public async Task A_run_that_does_not_exist_is_null_and_cannot_be_updated()
    {
        await using SqliteRunStore store = await OpenAsync();
        RunRecord run = await store.CreateAsync(Smoke, CancellationToken.None);

        Assert.Null(await store.FindAsync(7, CancellationToken.None));
        DeviceException trouble = await Assert.ThrowsAsync<DeviceException>(() => store.UpdateAsync(run with { Id = 7 }, CancellationToken.None));
        Assert.Equal("SLP5905", trouble.Code);
    }

    [Fact]
    public async Task The_list_is_newest_first_filtered_and_limited()
    {
        await using SqliteRunStore store = await OpenAsync();
        for (int i = 0; i < 6; i++)
        {
            RunRecord run = await store.CreateAsync(Smoke with { Machine = i % 2 == 0 ? "aronnax" : "t420", Name = $"n{i}" }, CancellationToken.None);
            await store.UpdateAsync(Judge(run, i < 3 ? Verdict.Passed : Verdict.Hung, 0), CancellationToken.None);
        }

        Assert.Equal([6, 5], await Ids(new RunFilter { Limit = 2 }));
        Assert.Equal([5, 3, 1], await Ids(new RunFilter { Machine = "aronnax" }));
        Assert.Equal([5], await Ids(new RunFilter { Machine = "aronnax", Verdict = Verdict.Hung }));
        Assert.Equal([2], await Ids(new RunFilter { Name = "n1", Lab = "desk" }));
        Assert.Empty(await Ids(new RunFilter { Lab = "another" }));

        async Task<IEnumerable<long>> Ids(RunFilter filter) => (await store.ListAsync(filter, CancellationToken.None)).Select(run => run.Id);
    }

    [Fact]
    public async Task Two_stores_on_one_file_write_at_once_and_lose_nothing()
    {
        const int Each = 40;
        await using SqliteRunStore one = await OpenAsync();
        await using SqliteRunStore two = await OpenAsync();

        await Task.WhenAll(Enumerable.Range(0, Each * 2).Select(i => (i % 2 == 0 ? one : two).CreateAsync(Smoke, CancellationToken.None)));

        IReadOnlyList<RunRecord> all = await two.ListAsync(new RunFilter { Limit = 1000 }, CancellationToken.None);
        Assert.Equal(Each * 2, all.Select(run => run.Id).Distinct().Count());
    }

    [Fact]
    public async Task Ten_first_openings_at_once_make_one_database()
    {
        SqliteRunStore[] stores = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => OpenAsync()));

        foreach (SqliteRunStore store in stores) await store.CreateAsync(Smoke, CancellationToken.None);

        Assert.Equal(10, (await stores[0].ListAsync(new RunFilter(), CancellationToken.None)).Count);
        foreach (SqliteRunStore store in stores) await store.DisposeAsync();
    }

    [Fact]
    public async Task What_was_acknowledged_is_there_when_the_writer_never_closed_its_database()
    {
        // What kill -9 leaves: the file and its log as they are at this moment, copied while the writer still holds both.
        using var after = new StateDirectory();
        await using SqliteRunStore killed = await OpenAsync();
        RunRecord run = await killed.CreateAsync(Smoke, CancellationToken.None);
        await killed.UpdateAsync(run with { State = RunState.Staged }, CancellationToken.None);
        foreach (string file in Directory.GetFiles(_state.Path, SqliteRunStore.DatabaseFile + "*"))
            if (!file.EndsWith("-shm", StringComparison.Ordinal)) File.Copy(file, Path.Combine(after.Path, Path.GetFileName(file)));

        await using SqliteRunStore reopened = await SqliteRunStore.OpenAsync(after.Path, TimeProvider.System, CancellationToken.None);

        Assert.Equal(RunState.Staged, (await reopened.FindAsync(run.Id, CancellationToken.None))?.State);
    }

    [Theory]
    [InlineData(RunState.Queued)]
    [InlineData(RunState.Watching)]
    public async Task A_run_whose_process_is_gone_ends_as_lab_fault_at_the_next_opening(RunState state)
    {
        RunRecord run;
        await using (SqliteRunStore first = await OpenAsync())
        {
            run = await first.CreateAsync(Smoke, CancellationToken.None);
            await first.UpdateAsync(run with { State = state, OwnerPid = PidOfAnEndedProcess() }, CancellationToken.None);
        }

        await using SqliteRunStore next = await OpenAsync();

        RunRecord settled = (await next.FindAsync(run.Id, CancellationToken.None))!;
        Assert.Equal((RunState.Judged, Verdict.LabFault, 3), (settled.State, settled.Verdict, settled.ExitCode));
        Assert.StartsWith("slipway ended before the run did", settled.Reason);
        Assert.NotNull(settled.EndedAt);
        Assert.Contains("\"lab-fault\"", await File.ReadAllTextAsync(Path.Combine(run.Directory, RunDirectory.Record)));
    }

    [Fact]
    public async Task A_run_whose_process_number_now_belongs_to_another_process_is_settled_too()
    {
        RunRecord run;
        await using (SqliteRunStore first = await OpenAsync()) run = await first.CreateAsync(Smoke, CancellationToken.None);
        Sql("UPDATE run SET owner_started = 'another-boot/1'");

        await using SqliteRunStore next = await OpenAsync();

        Assert.Equal(Verdict.LabFault, (await next.FindAsync(run.Id, CancellationToken.None))?.Verdict);
    }

    [Fact]
    public async Task A_run_whose_process_lives_and_a_run_that_is_over_stay_as_they_are()
    {
        RunRecord alive, over;
        await using (SqliteRunStore first = await OpenAsync())
        {
            alive = await first.CreateAsync(Smoke, CancellationToken.None);
            over = Judge(await first.CreateAsync(Smoke, CancellationToken.None), Verdict.Passed, 0) with { OwnerPid = PidOfAnEndedProcess() };
            await first.UpdateAsync(over, CancellationToken.None);
        }

        await using SqliteRunStore next = await OpenAsync();

        Assert.Equal(alive, await next.FindAsync(alive.Id, CancellationToken.None));
        Assert.Equal(over, await next.FindAsync(over.Id, CancellationToken.None));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_named_and_left_alone()
    {
        string file = Path.Combine(_state.Path, SqliteRunStore.DatabaseFile);
        await File.WriteAllTextAsync(file, new string('x', 8192));

        DeviceException trouble = await Assert.ThrowsAsync<DeviceException>(OpenAsync);

        Assert.Equal("SLP5902", trouble.Code);
        Assert.Contains(file, trouble.Message);
        Assert.Contains("move it away", trouble.Message);
        Assert.Equal(new string('x', 8192), await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task A_truncated_database_is_reported_as_damaged()
    {
        await using (SqliteRunStore store = await OpenAsync())
            for (int i = 0; i < 100; i++) await store.CreateAsync(Smoke, CancellationToken.None);
        using (FileStream file = File.OpenWrite(Path.Combine(_state.Path, SqliteRunStore.DatabaseFile))) file.SetLength(file.Length / 2);

        DeviceException trouble = await Assert.ThrowsAsync<DeviceException>(async () =>
        {
            await using SqliteRunStore store = await OpenAsync();
            await store.ListAsync(new RunFilter { Limit = 1000 }, CancellationToken.None);
        });

        Assert.Equal("SLP5902", trouble.Code);
    }

    [Fact]
    public async Task A_database_of_a_newer_slipway_is_refused_unchanged()
    {
        await (await OpenAsync()).DisposeAsync();
        Sql("PRAGMA user_version = 99");

        DeviceException trouble = await Assert.ThrowsAsync<DeviceException>(OpenAsync);

        Assert.Equal("SLP5904", trouble.Code);
    }

    [Fact]
    public void A_replaced_file_leaves_no_draft_behind()
    {
        var files = new RunFiles(_state.Path);

        files.Write("note.txt", "one"u8);
        files.Write("note.txt", "two"u8);

        Assert.Equal("two", File.ReadAllText(files.PathOf("note.txt")));
        Assert.Single(Directory.GetFiles(_state.Path));
    }

    public void Dispose() => _state.Dispose();

    private Task<SqliteRunStore> OpenAsync() => SqliteRunStore.OpenAsync(_state.Path, TimeProvider.System, CancellationToken.None);

    private static RunRecord Judge(RunRecord run, Verdict verdict, int exitCode) => run with
    {
        State = RunState.Released,
        Verdict = verdict,
        ExitCode = exitCode,
        Reason = "because",
        StartedAt = run.CreatedAt.AddSeconds(1),
        EndedAt = run.CreatedAt.AddSeconds(2.5),
        Attempt = 2,
        TestsPassed = 3,
        TestsFailed = 4,
        TestsSkipped = 5,
    };

    private static int PidOfAnEndedProcess()
    {
        using var process = Process.Start("true");
        process.WaitForExit();
        return process.Id;
    }

    private void Sql(string text)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_state.Path, SqliteRunStore.DatabaseFile)};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this file.
        command.CommandText = text;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
