namespace Slipway.InteropTests.Boots;

/// <summary>A test that boots virtual machines. Skipped with the reason where the computer lacks something, except in CI: there it runs and fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BootFactAttribute : FactAttribute
{
    public BootFactAttribute() => Skip = BootRequirements.Missing;
}

/// <inheritdoc cref="BootFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BootTheoryAttribute : TheoryAttribute
{
    public BootTheoryAttribute() => Skip = BootRequirements.Missing;
}

/// <summary>The slow boot of a hypervisor, only when asked for (<c>SLIPWAY_TEST_XEN=1</c>).</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class XenFactAttribute : FactAttribute
{
    public XenFactAttribute() => Skip =
        Environment.GetEnvironmentVariable("SLIPWAY_TEST_XEN") != "1" ? "slow: set SLIPWAY_TEST_XEN=1"
        : !File.Exists(BootLab.Sample("xen.gz")) ? "out/samples/xen.gz is missing: samples/build --xen makes it"
        : BootRequirements.Missing;
}

internal static class BootRequirements
{
    private static readonly (string File, string Remedy)[] Needed =
    [
        ("/usr/bin/qemu-system-x86_64", "package qemu-system-x86"),
        ("/usr/bin/qemu-system-aarch64", "package qemu-system-arm"),
        ("/usr/lib/u-boot/qemu_arm64/u-boot.bin", "package u-boot-qemu"),
        ("/usr/share/OVMF/OVMF_CODE_4M.fd", "package ovmf"),
        (BootLab.Executable, "./test builds it"),
        (BootLab.Sample("vmlinuz"), "samples/build makes it"),
        (BootLab.Sample("initramfs.cpio.gz"), "samples/build makes it"),
        (BootLab.Sample("sample.bin"), "samples/build makes it"),
        (BootLab.Sample("sample-arm64.img"), "samples/build makes it"),
    ];

    /// <summary>Why a boot is not possible here; null when it is, and always null in CI.</summary>
    public static string? Missing { get; } = Environment.GetEnvironmentVariable("CI") == "true"
        ? null
        : Needed.Where(n => !File.Exists(n.File)).Select(n => $"{n.File} is missing: {n.Remedy}").FirstOrDefault();
}
