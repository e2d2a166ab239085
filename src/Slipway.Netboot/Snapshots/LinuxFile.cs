using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Slipway.Netboot.Snapshots;

/// <summary>The Linux calls that .NET does not offer: nanosecond file times, leases, anonymous files, real paths.</summary>
internal static class LinuxFile
{
    public const int NoSuchFile = 2; // ENOENT
    public const int PermissionDenied = 13; // EACCES
    public const int NotADirectory = 20; // ENOTDIR
    private const int TryAgain = 11; // EAGAIN
    private const int Interrupted = 4; // EINTR

    private const int ReadOnly = 0;
    private const int NonBlocking = 0x800; // a FIFO must not hold us up
    private const int CloseOnExec = 0x80000;
    private const uint MemfdCloseOnExec = 1;

    private const int AtCurrentDirectory = -100;
    private const int AtEmptyPath = 0x1000;
    private const uint StatxBasic = 0x7ff;
    private const int StatxBytes = 256;

    private const int SetSignal = 10; // F_SETSIG
    private const int SetLease = 1024; // F_SETLEASE
    private const int ReadLease = 0; // F_RDLCK
    private const int NoLease = 2; // F_UNLCK
    private const int Urgent = 23; // SIGURG: ignored unless a program asks for it, and .NET does not

    /// <summary>Opens for reading, without the advisory lock that .NET would take.</summary>
    /// <exception cref="Win32Exception">With the error number.</exception>
    public static SafeFileHandle Open(string path)
    {
        int fd = open(Zero(path), ReadOnly | NonBlocking | CloseOnExec);
        if (fd < 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
        return new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <summary>A file without a name, in memory.</summary>
    public static SafeFileHandle CreateInMemory()
    {
        int fd = memfd_create("slipway-snapshot\0"u8.ToArray(), MemfdCloseOnExec);
        if (fd < 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
        return new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <summary>Who and how old a path is now, symlinks followed.</summary>
    /// <returns>The error number; 0 = good.</returns>
    public static int TryIdentify(string path, out FileIdentity identity) => Identify(AtCurrentDirectory, Zero(path), 0, out identity);

    /// <summary>Who and how old an open file is now.</summary>
    public static FileIdentity Identify(SafeFileHandle file)
    {
        int error = Identify((int)file.DangerousGetHandle(), [0], AtEmptyPath, out FileIdentity identity);
        GC.KeepAlive(file);
        return error == 0 ? identity : throw new Win32Exception(error);
    }

    /// <summary>Whether somebody has the file open for writing, or maps it writable.</summary>
    /// <returns>False also when the file system or our rights do not let us know.</returns>
    /// <remarks>A read lease is refused with EAGAIN while a writer exists (fcntl(2)). It is given back at once; should a writer come in between, its
    /// open waits for that, and the signal that tells us is one that is ignored.</remarks>
    public static bool HasWriter(SafeFileHandle file)
    {
        int fd = (int)file.DangerousGetHandle();
        _ = fcntl(fd, SetSignal, Urgent);
        bool refused = fcntl(fd, SetLease, ReadLease) < 0;
        bool hasWriter = refused && Marshal.GetLastPInvokeError() == TryAgain;
        if (!refused) _ = fcntl(fd, SetLease, NoLease);
        GC.KeepAlive(file);
        return hasWriter;
    }

    /// <summary>The path with every symlink and <c>..</c> resolved; null with an error number when it does not exist.</summary>
    public static string? RealPath(string path, out int error)
    {
        byte[] resolved = new byte[4096]; // PATH_MAX, which realpath(3) never exceeds
        nint result = realpath(Zero(path), resolved);
        error = result == 0 ? Marshal.GetLastPInvokeError() : 0;
        return result == 0 ? null : Encoding.UTF8.GetString(resolved.AsSpan(0, resolved.AsSpan().IndexOf((byte)0)));
    }

    private static int Identify(int directory, byte[] path, int flags, out FileIdentity identity)
    {
        identity = default;
        // struct statx, the same on every architecture: mode 28, ino 32, size 40, ctime 96, mtime 112 (seconds 8, nanoseconds 4), dev 136+140
        byte[] s = new byte[StatxBytes];
        int result;
        do result = statx(directory, path, flags, StatxBasic, s);
        while (result < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        if (result < 0) return Marshal.GetLastPInvokeError();
        identity = new FileIdentity(
            Device: Number<ulong>(s, 136), Inode: Number<ulong>(s, 32), Size: Number<long>(s, 40),
            Modified: new FileTime(Number<long>(s, 112), Number<uint>(s, 120)), Changed: new FileTime(Number<long>(s, 96), Number<uint>(s, 104)),
            Type: (FileType)(Number<ushort>(s, 28) & 0xf000));
        return 0;
    }

    private static T Number<T>(byte[] s, int offset)
        where T : unmanaged => MemoryMarshal.Read<T>(s.AsSpan(offset));

    private static byte[] Zero(string path) => Encoding.UTF8.GetBytes(path + "\0");

    [DllImport("libc", SetLastError = true)]
    private static extern int open(byte[] path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fcntl(int fd, int command, nint argument);

    [DllImport("libc", SetLastError = true)]
    private static extern int memfd_create(byte[] name, uint flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int statx(int directory, byte[] path, int flags, uint mask, byte[] result);

    [DllImport("libc", SetLastError = true)]
    private static extern nint realpath(byte[] path, byte[] resolved);
}
