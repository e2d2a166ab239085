using System.Buffers;

namespace Slipway.Lab.Runs;

/// <summary>The built-in crash patterns. All are armed on every console: what runs there may be a Linux in a Xen on a U-Boot.</summary>
/// <remarks>Where a phrase is unmistakable it is looked for anywhere in the line; everyday words only at its start, behind a <c>printk</c> time at most.</remarks>
public static class CrashPatterns
{
    // "<4>[   12.345678][    T1] ", each part optional.
    private const string Start = @"^(?:<\d>)?(?:\[ *\d+\.\d+\] ?(?:\[ *[TC]\d+\] ?)?)?";

    public static IReadOnlyList<CrashPattern> BuiltIn { get; } =
    [
        new("Linux", "kernel panic", @"Kernel panic - not syncing",
            "[    2.134567] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)",
            "[    0.000000] Kernel command line: console=ttyS0 panic=5 oops=panic"),
        new("Linux", "end of a kernel panic", @"---\[ end Kernel panic",
            "[    2.140000] ---[ end Kernel panic - not syncing: VFS: Unable to mount root fs ]---",
            "[    2.140000] ---[ end trace 0000000000000000 ]---"),
        new("Linux", "kernel bug report", Start + @"BUG: ",
            "[   10.000001] BUG: kernel NULL pointer dereference, address: 0000000000000010",
            "[   10.000001] usb 1-1: DEBUG: probing 3 endpoints"),
        new("Linux", "BUG() in the kernel", @"kernel BUG at \S+:\d+!",
            "[    1.500000] kernel BUG at mm/slub.c:305!",
            "[    1.500000] kernel BUG at last reported upstream"),
        new("Linux", "kernel oops", @"\bOops\b.*\[#\d+\]",
            "[   10.000003] Oops: 0002 [#1] PREEMPT SMP NOPTI",
            "Oops: that was not a valid choice, try again"),
        new("Linux", "general protection fault in the kernel", @"general protection fault\b.*\[#\d+\]",
            "[    3.000000] general protection fault: 0000 [#1] SMP",
            "[    3.000000] traps: ls[123] general protection fault ip:7f00 sp:7ffd error:0 in libc.so"),
        new("Linux", "bad access by the kernel", @"Unable to handle kernel ",
            "[    1.000000] Unable to handle kernel paging request at virtual address ffff800010001000",
            "service: Unable to handle request for kernel headers"),
        new("Linux", "kernel internal error", @"Internal error: .*\[#\d+\]",
            "[    1.000000] Internal error: synchronous external abort: 96000210 [#1] SMP",
            "httpd: 500 Internal error: see log [#1234a"),
        new("Linux", "processor lock-up", @"watchdog: BUG: soft lockup|Watchdog detected hard LOCKUP",
            "[   52.000000] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [swapper/0:1]",
            "[    0.100000] watchdog: Delayed init of the lockup detector failed: -19"),
        new("Linux", "RCU stall", @"rcu: INFO: rcu_\w+ (?:self-)?detected",
            "[   60.000000] rcu: INFO: rcu_sched self-detected stall on CPU",
            "[    0.050000] rcu: RCU restricting CPUs from NR_CPUS=8192 to nr_cpu_ids=1."),

        new("Xen", "hypervisor panic", @"\(XEN\).* ?Panic on CPU \d+",
            "(XEN) Panic on CPU 0:",
            "(XEN) Command line: console=com1 noreboot=1 # Panic on CPU means"),
        new("Xen", "fatal trap", @"\(XEN\).*\bFATAL (?:TRAP|PAGE FAULT|ERROR)",
            "(XEN) FATAL TRAP: vector = 6 (invalid opcode)",
            "(XEN) Non-fatal trap handling enabled"),
        new("Xen", "hypervisor bug", @"Xen BUG at \S+:\d+",
            "(XEN) Xen BUG at domain.c:123",
            "(XEN) BUG: reports go to xen-devel"),
        new("Xen", "failed assertion", @"\(XEN\).*Assertion '.*' failed at",
            "(XEN) Assertion 'spin_is_locked(&d->lock)' failed at mm.c:1234",
            "(XEN) Assertions are enabled in this build"),
        new("Xen", "double fault", @"\(XEN\).*\*\*\* DOUBLE FAULT \*\*\*",
            "(XEN) *** DOUBLE FAULT ***",
            "(XEN) double fault stack at ffff82d0"),
        new("Xen", "dom0 crashed", @"\(XEN\).*(?:Hardware Dom0 crashed|Domain 0 crashed)",
            "(XEN) Hardware Dom0 crashed: rebooting machine in 5 seconds.",
            "(XEN) Dom0 has maximum 1 VCPUs"),

        new("seL4", "capability fault", @"^Caught cap fault in (?:send|receive) phase",
            "Caught cap fault in send phase at address 0x0",
            "Caught capability in phase 2"),
        new("seL4", "page fault nobody handles", @"^vm fault on (?:data|code) at address",
            "vm fault on data at address 0x10 with status 0x4",
            "vm faults handled so far: 3"),
        new("seL4", "kernel abort", @"^KERNEL (?:DATA|PREFETCH) ABORT!",
            "KERNEL DATA ABORT!",
            "KERNEL DATA at 0x100000"),
        new("seL4", "failed assertion", @"^seL4 (?:failed assertion '|called fail at)",
            "seL4 failed assertion 'isRunnable(NODE_STATE(ksCurThread))' at tcb.c:42 in function schedule",
            "seL4 assertions: on"),
        new("seL4", "kernel halted", @"^halting\.\.\.\s*$",
            "halting...",
            "halting... CPU 1 to save power"),

        new("NOVA", "execution context killed", @"\bKilled EC:",
            "[ 0] Killed EC:0xffffffff81f06b40 SC:0xffffffff81f07000 V:0xe CS:0x1b EIP:0x1000 CR2:0x0 ERR:0x4 (PT not found)",
            "Killed ECHO: service stopped"),
        new("Genode", "unresolvable page fault", @"\bno RM attachment\b",
            "no RM attachment (READ pf_addr=0x10 pf_ip=0x1001a00 from pager_object: pd='init -> test' thread='ep')",
            "found RM attachment at 0x1000"),
        new("Genode", "uncaught exception", @"Uncaught exception of type",
            "[init -> test] Error: Uncaught exception of type 'Genode::Ipc_error'",
            "[init -> test] caught exception of type 'Timeout' as expected"),
        new("Genode", "page fault", @"\bError: .*\bpage[ -]fault\b",
            "[init] Error: illegal READ at address 0x0 by pager_object: page fault at ip=0x1000",
            "[init] Warning: page fault statistics are not available"),

        new("FreeBSD", "fatal trap", @"^Fatal trap \d+: ",
            "Fatal trap 12: page fault while in kernel mode",
            "Fatal traps seen: 0"),
        new("BSD", "kernel debugger", @"^(?:db|ddb)(?:\{\d+\})?> ?",
            "db> ",
            "mdb> show tables"),
        new("OpenBSD", "trap in the kernel", @"^kernel: .* trap, code=",
            "kernel: page fault trap, code=0",
            "kernel: setting trap vector, code in rom"),
        new("NetBSD", "fault in the kernel", Start + @"fatal .*(?:fault|trap|exception) in supervisor mode",
            "[   1.0000000] fatal page fault in supervisor mode",
            "entering supervisor mode without a fault"),

        new("U-Boot", "hang", @"^### ERROR ### Please RESET the board ###",
            "### ERROR ### Please RESET the board ###",
            "### ERROR ### wrong image format for bootm"),
        new("U-Boot", "exception", @"""(?:Synchronous Abort|Error)"" handler, esr",
            "\"Synchronous Abort\" handler, esr 0x96000004",
            "\"Synchronous\" mode, esr not read"),
        new("EDK II", "exception", @"!!!! \w+ Exception Type",
            "!!!! X64 Exception Type - 0E(#PF - Page-Fault)  CPU Apic ID - 00000000 !!!!",
            "!! X64 Exception Types are listed in the manual"),
        new("EDK II", "failed assertion", @"^ASSERT(?:_EFI_ERROR)? [\[(]",
            "ASSERT [DxeCore] /build/MdeModulePkg/Core/Dxe/Mem/Page.c(123): Entry != NULL",
            "ASSERT is compiled out"),

        new("any", "panic", Start + @"(?:KERNEL |[Kk]ernel )?(?:PANIC *(?:[:!(\[]|at |$)|[Pp]anic(?:\(.*\))?: |panicked at )",
            "PANIC: out of memory in page_alloc",
            "panic=5 console=ttyS0"),
        new("any", "triple fault", @"\b[Tt]riple[ -][Ff]ault\b",
            "vcpu 0: triple fault at rip 0x100000",
            "0 tripled faults"),
        new("any", "failed assertion", @"\b[Aa]ssertion (?:'.*'|`.*'|"".*""|\(.*\)|\S+)? ?[Ff]ailed\b",
            "Assertion `p != NULL' failed at alloc.c:12",
            "Assertion checking is on, 3 probes failed"),
        new("any", "fatal error", Start + @"(?:FATAL ERROR|[Ff]atal error)(?:[:!]|$)",
            "fatal error: no memory for the page table",
            "0 fatal errors, 2 warnings"),
    ];

    // One of these words is in every line that a pattern above can match: almost every line of a good boot is done with after this one search.
    private static readonly SearchValues<string> Alarming = SearchValues.Create(
        [
            "panic", "bug", "oops", "fault", "handle kernel", "internal error", "lockup", "rcu_", "trap", "fatal", "assert", "crashed", "abort", "called fail",
            "halting", "killed ec", "rm attachment", "exception", "db", "### error",
        ],
        StringComparison.OrdinalIgnoreCase);

    /// <summary>The first built-in pattern, in their order, that a line matches; null when it is no crash.</summary>
    public static CrashPattern? Find(string line)
    {
        if (!line.AsSpan().ContainsAny(Alarming)) return null;
        foreach (CrashPattern pattern in BuiltIn)
            if (pattern.Regex.IsMatch(line)) return pattern;
        return null;
    }
}
