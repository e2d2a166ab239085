using Slipway.Benchmarks;

// perf/Slipway.Benchmarks [ROUNDS]: boots 1 and 2 of the interop suite, by `slipway run` and by dnsmasq, in turn.
// Needs root (network namespaces), out/slipway and out/samples (./test makes both), dnsmasq-base and the loaders.
int rounds = args.Length > 0 ? int.Parse(args[0]) : 5;
string root = Repository.Root();
var results = new List<Series>();

foreach (BootChain chain in new[] { BootChain.LinuxByPxelinux(root), BootChain.MultibootByFourLoaders(root) })
{
    var slipway = new Series($"{chain.Name}, slipway");
    var usual = new Series($"{chain.Name}, dnsmasq as people configure it");
    var tuned = new Series($"{chain.Name}, dnsmasq tuned by hand");
    var toPower = new Series($"{chain.Name}, slipway: start of the process to PowerCommanded");
    for (int round = 1; round <= rounds; round++)
    {
        Console.Error.WriteLine($"{chain.Name}: round {round} of {rounds}");
        SlipwayRun run = await SlipwayRun.TimeAsync(root, chain);
        slipway.Add(run.PowerToMarker);
        toPower.Add(run.StartToPower);
        await using (var bench = new DnsmasqBench(root, chain, isTuned: false)) usual.Add(await bench.TimeAsync());
        await using (var bench = new DnsmasqBench(root, chain, isTuned: true)) tuned.Add(await bench.TimeAsync());
    }
    results.AddRange([slipway, usual, tuned, toPower]);
}

Console.WriteLine("| what | min s | median s | max s |");
Console.WriteLine("|---|---|---|---|");
foreach (Series series in results) Console.WriteLine(series);
