using System.Diagnostics;
using Slipway.InteropTests.Boots;
using Slipway.InteropTests.Network;

namespace Slipway.InteropTests.Fence;

/// <summary>The fence agent under Pacemaker's own tools and its fencer, with a virtual machine of a lab as the node.</summary>
public sealed class PacemakerTests(BootLab lab) : IClassFixture<BootLab>
{
    private const string Schema = "/usr/share/cluster/relaxng/metadata.rng";
    private const string Fencer = "/usr/lib/pacemaker/pacemaker-fenced";

    [BootFact]
    public async Task The_metadata_are_valid_by_the_schema_of_fence_agents()
    {
        ForeignProgram.RequireFile(Schema, "fence-agents");
        string agent = Link();
        SlipwayResult metadata = await RunAsync(agent, "-o", "metadata");
        Assert.Equal(0, metadata.ExitCode);

        (int exitCode, string output) = ForeignProgram.Run("xmllint", "libxml2-utils", "--noout", "--relaxng", Schema, lab.Write("metadata.xml", metadata.Output));

        Assert.True(exitCode == 0, output);
    }

    [BootFact]
    public async Task Pacemakers_fencer_switches_a_node_off_and_on_and_is_told_the_truth()
    {
        ForeignProgram.Require("stonith_admin", "pacemaker-cli-utils");
        ForeignProgram.RequireFile(Fencer, "pacemaker");
        string agent = Link();
        string labFile = lab.Write("node.lab.yaml", """
            lab: node
            network: { interface: virtual }
            machines:
              node1: { qemu: { memory: 64M } }
            """);

        SlipwayResult result = await RunAsync("unshare", "-m", "-n", "sh", "-c", Script(labFile, agent));

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(
            ["metadata ok", "validated", "registered", "monitored", "off 0 seen 2", "on 0 seen 0", "reboot 0 seen 0", "off 0 seen 2"],
            result.Output.Split('\n').Where(l => l.StartsWith("# ", StringComparison.Ordinal)).Select(l => l[2..]));
    }

    // Pacemaker looks for agents in /usr/sbin only, and writes into /run and /var: this is a mount namespace of its own, where all three are.
    // "seen" is the agent's own status: 0 is on, 2 is off.
    private string Script(string labFile, string agent) => $$"""
        set -e
        mkdir {{lab.Directory}}/over
        mount -t tmpfs none {{lab.Directory}}/over; mkdir {{lab.Directory}}/over/up {{lab.Directory}}/over/work
        mount -t overlay none -o lowerdir=/usr/sbin,upperdir={{lab.Directory}}/over/up,workdir={{lab.Directory}}/over/work /usr/sbin
        mount -t tmpfs none /run; mount -t tmpfs none /var/lib/pacemaker; mount -t tmpfs none /var/log; mkdir -p /run/crm /var/lib/pacemaker/cores
        chown hacluster:haclient /run/crm /var/lib/pacemaker /var/lib/pacemaker/cores
        cp -P {{agent}} /usr/sbin/fence_slipway
        stonith_admin --metadata --agent fence_slipway | grep -q 'resource-agent name="fence_slipway"'; echo '# metadata ok'
        stonith_admin --validate --agent fence_slipway -o lab={{labFile}} -o plug=node1; echo '# validated'
        PCMK_logfile=none {{Fencer}} --stand-alone & fencer=$!
        trap 'kill $fencer' EXIT
        until stonith_admin -L >/dev/null 2>&1; do kill -0 $fencer; sleep 0.2; done
        stonith_admin -R F1 --agent fence_slipway -o lab={{labFile}} -o pcmk_host_list=node1; echo '# registered'
        stonith_admin -Q F1; echo '# monitored'
        seen() { code=0; {{agent}} -o status --lab-file {{labFile}} -n node1 || code=$?; echo "# $1 $2 seen $code"; }
        code=0; stonith_admin --fence node1 -t 60 || code=$?; seen off $code
        code=0; stonith_admin --unfence node1 -t 60 || code=$?; seen on $code
        code=0; stonith_admin --reboot node1 -t 60 || code=$?; seen reboot $code
        code=0; stonith_admin --fence node1 -t 60 || code=$?; seen off $code
        """;

    private string Link()
    {
        string link = Path.Combine(lab.Directory, "fence_slipway");
        if (!File.Exists(link)) File.CreateSymbolicLink(link, BootLab.Executable);
        return link;
    }

    private async Task<SlipwayResult> RunAsync(string program, params string[] arguments)
    {
        await using SlipwayProcess process = SlipwayProcess.Start(
            program, arguments, new Dictionary<string, string> { ["SLIPWAY_STATE_DIR"] = lab.State, ["SLIPWAY_RUNTIME_DIR"] = lab.Runtime }, lab.Directory);
        return await process.EndAsync(BootLab.BootLimit);
    }
}
