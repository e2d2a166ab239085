namespace Slipway.Netboot.HttpBoot;

/// <summary>A request for a boot file.</summary>
/// <param name="Method">What is wanted.</param>
/// <param name="MethodName">As the client wrote it.</param>
/// <param name="Path">The path with percent signs decoded, without query and fragment.</param>
/// <param name="IsKeepAlive">The connection stays open afterwards.</param>
/// <param name="Range">The part asked for; null = the whole.</param>
/// <param name="IfRange">The range holds only for the file with this ETag; null = for any.</param>
public sealed record HttpBootRequest(
    HttpBootMethod Method, string MethodName, string Path, bool IsKeepAlive, ByteRange? Range, string? IfRange);
