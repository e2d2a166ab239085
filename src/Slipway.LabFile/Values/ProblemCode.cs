namespace Slipway.LabFile.Values;

/// <summary>The codes of what can be wrong in a lab file or run file; docs/errors.md explains each. Never reused.</summary>
internal static class ProblemCode
{
    // 10xx: files and YAML
    public const string NoFile = "SLP1001";
    public const string Unreadable = "SLP1002";
    public const string TooLarge = "SLP1003";
    public const string NotText = "SLP1004";
    public const string YamlSyntax = "SLP1005";
    public const string AnchorOrTag = "SLP1006";
    public const string TooDeepOrMany = "SLP1007";
    public const string DocumentCount = "SLP1008";
    public const string TooManyProblems = "SLP1009";
    public const string IncludeCycle = "SLP1010";
    public const string IncludeTooDeep = "SLP1011";

    // 11xx: keys and values
    public const string UnknownKey = "SLP1101";
    public const string NotInThisVersion = "SLP1102";
    public const string DuplicateKey = "SLP1103";
    public const string MissingKey = "SLP1104";
    public const string WrongType = "SLP1105";
    public const string IllegalWord = "SLP1106";
    public const string BadNumber = "SLP1107";
    public const string BadDuration = "SLP1108";
    public const string BadSize = "SLP1109";
    public const string BadName = "SLP1110";
    public const string BadVariable = "SLP1111";
    public const string SecretFile = "SLP1112";
    public const string SecretFileOpen = "SLP1113";
    public const string LiteralSecret = "SLP1114";
    public const string BadPattern = "SLP1115";
    public const string BadCommand = "SLP1116";
    public const string BadPath = "SLP1117";
    public const string EmptyPattern = "SLP1118";
    public const string DeclaredTwice = "SLP1119";
    public const string ControlCharacter = "SLP1120";

    // 12xx: images and machines
    public const string BadMac = "SLP1201";
    public const string MacTwice = "SLP1202";
    public const string UnknownImage = "SLP1203";
    public const string InitrdOnMultiboot = "SLP1204";
    public const string ModulesOnLinux = "SLP1205";
    public const string LoaderCannotBoot = "SLP1206";
    public const string UnbootableImage = "SLP1207";
    public const string MissingFile = "SLP1208";
    public const string MachineCannotBoot = "SLP1209";
    public const string QemuAndDrivers = "SLP1210";
    public const string QemuOffVirtual = "SLP1211";
    public const string NoPowerCommand = "SLP1212";
    public const string DeviceTreeOnMultiboot = "SLP1213";
    public const string BadHost = "SLP1214";
    public const string BadFingerprint = "SLP1215";
    public const string AmtAndUBoot = "SLP1216";

    // 13xx: network
    public const string NoInterface = "SLP1301";
    public const string BadInterface = "SLP1302";
    public const string BadAddress = "SLP1303";
    public const string AddressTwice = "SLP1304";
    public const string OutsideSubnet = "SLP1305";
    public const string ReservedAddress = "SLP1306";
    public const string BadRange = "SLP1307";
    public const string RangeReversed = "SLP1308";
    public const string RangeOutsideSubnet = "SLP1309";
    public const string RangeHasOurAddress = "SLP1310";
    public const string NoEffect = "SLP1311";
    public const string NoAddressForMachine = "SLP1312";

    // 14xx: runs
    public const string UnknownMachine = "SLP1401";
    public const string NoMachineHasTags = "SLP1402";
    public const string NothingExpected = "SLP1403";
    public const string MachineOrNeeds = "SLP1404";
    public const string BadStep = "SLP1405";
    public const string NoImage = "SLP1406";
    public const string RunTwice = "SLP1407";
    public const string ArtifactOutside = "SLP1408";
    public const string UnknownProtocol = "SLP1409";
    public const string ImageAndKernel = "SLP1410";
    public const string NoConsole = "SLP1411";
    public const string StepOutlivesRun = "SLP1412";
}
