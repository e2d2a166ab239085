using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Slipway.Netboot.HttpBoot;

/// <summary>Sends part of a file to a socket without passing it through our memory (sendfile(2)), and through a buffer where that cannot be.</summary>
internal static class FileSender
{
    private const int TryAgain = 11; // EAGAIN

    private const int MostPerCall = 1 << 20;

    /// <summary>A fast reader must not keep a pool thread to itself.</summary>
    private const long YieldEveryBytes = 4L << 20;

    /// <summary>Sends <paramref name="count"/> bytes from <paramref name="offset"/>.</summary>
    /// <param name="moved">Told how many bytes went out, each time some did.</param>
    public static async Task SendAsync(
        Socket socket, BootContent content, long offset, long count, byte[] buffer, Action<int> moved, CancellationToken ct)
    {
        // .NET has made the socket non-blocking when the request was awaited, so sendfile never waits.
        bool canSendFile = content.Handle is not null;
        long yieldAt = offset + YieldEveryBytes;
        for (long end = offset + count; offset < end;)
        {
            ct.ThrowIfCancellationRequested();
            int sent = 0;
            int most = (int)Math.Min(end - offset, MostPerCall);
            if (canSendFile && !TrySendFile(socket, content.Handle!, offset, most, out sent, out int error) && error != TryAgain)
                canSendFile = false; // a file system without it; a broken connection shows in the next send
            if (sent == 0)
            {
                // The socket is full. Its own asynchronous send waits for room, and takes one buffer with it.
                int length = content.Read(offset, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - offset)));
                if (length == 0) throw new EndOfStreamException("the content is shorter than it said");
                for (int done = 0; done < length;)
                    done += await socket.SendAsync(buffer.AsMemory(done, length - done), SocketFlags.None, ct);
                sent = length;
            }
            offset += sent;
            moved(sent);
            if (offset < yieldAt) continue;
            yieldAt = offset + YieldEveryBytes;
            await Task.Yield();
        }
    }

    private static bool TrySendFile(Socket socket, SafeFileHandle file, long offset, int count, out int sent, out int error)
    {
        bool held = false, fileHeld = false;
        try
        {
            socket.SafeHandle.DangerousAddRef(ref held);
            file.DangerousAddRef(ref fileHeld);
            nint result = sendfile((int)socket.SafeHandle.DangerousGetHandle(), (int)file.DangerousGetHandle(), ref offset, count);
            error = result < 0 ? Marshal.GetLastPInvokeError() : 0;
            sent = (int)Math.Max(0, result);
            return result > 0;
        }
        finally
        {
            if (held) socket.SafeHandle.DangerousRelease();
            if (fileHeld) file.DangerousRelease();
        }
    }

    // off_t is 64 bits wide on every 64-bit Linux, and .NET runs on no other that netboots a lab.
    [DllImport("libc", SetLastError = true)]
    private static extern nint sendfile(int to, int from, ref long offset, nint count);
}
