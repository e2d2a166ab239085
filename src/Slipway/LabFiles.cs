using Slipway.LabFile;

namespace Slipway;

/// <summary>From <c>--lab</c> to a checked lab.</summary>
internal static class LabFiles
{
    /// <summary>Reads the lab file named, or the one found where lab files live; warnings go to standard error.</summary>
    /// <param name="named">The value of <c>--lab</c>; null when it was not given.</param>
    /// <exception cref="LabFileException">There is none, or it is wrong.</exception>
    public static LabDescription Load(string? named)
    {
        string path = LabFileLocator.Find(named, Environment.GetEnvironmentVariable, Environment.CurrentDirectory, Environment.GetEnvironmentVariable("HOME"));
        LabFileResult result = LabFileReader.Read(path, Environment.GetEnvironmentVariable);
        // Inside the lab's network this process has said it once already. Files that are not built yet are 'slipway check''s to tell.
        bool isSecond = Environment.GetEnvironmentVariable("SLIPWAY_NETNS") is not null;
        foreach (FileProblem warning in result.Warnings)
            if (!isSecond && warning.Code != "SLP1208") Console.Error.WriteLine(warning);
        return result.Lab;
    }
}
