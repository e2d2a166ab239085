namespace Slipway.LabFile.Values;

/// <summary>Why a file could not be read, in a few words.</summary>
internal static class FileFailure
{
    public static string Reason(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => "it is not there",
        UnauthorizedAccessException => "no permission, or a directory",
        PathTooLongException => "the path is too long",
        _ => "input/output error",
    };
}
