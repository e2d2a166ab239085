using System.Text;

namespace Slipway.Lab.Consoles;

/// <summary>A line of the console as a person reads it.</summary>
/// <param name="Text">Without terminal sequences, carriage returns and NULs.</param>
/// <param name="Offset">Of its first byte in the journal.</param>
public readonly record struct ConsoleLine(string Text, long Offset);

/// <summary>Cuts a console's bytes into lines and takes terminal sequences out, wherever the reads were split.</summary>
public sealed class ConsoleLines
{
    /// <summary>Longer lines are cut here, in characters: garbage without line ends must not fill the memory.</summary>
    public const int MaxLineLength = 8192;

    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _line = new();
    private readonly char[] _characters = new char[2];
    private State _state;
    private long _lineOffset = -1;

    /// <summary>The line that has not ended yet: a prompt, most often.</summary>
    public string Unfinished => _line.ToString();

    /// <summary>Where the unfinished line begins.</summary>
    public long UnfinishedOffset => _lineOffset;

    /// <summary>Takes bytes and hands out the lines they complete.</summary>
    public void Add(ReadOnlySpan<byte> bytes, long offset, ICollection<ConsoleLine> lines)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            ReadOnlySpan<byte> one = bytes.Slice(i, 1);
            int characters = _decoder.GetChars(one, _characters, flush: false);
            for (int c = 0; c < characters; c++) Take(_characters[c], offset + i, lines);
        }
    }

    private void Take(char c, long offset, ICollection<ConsoleLine> lines)
    {
        switch (_state)
        {
            case State.Escape:
                // ECMA-48: '[' begins a control sequence, ']' 'P' 'X' '^' '_' a string, ' ' to '/' announce one more character.
                _state = c switch { '[' => State.Sequence, ']' or 'P' or 'X' or '^' or '_' => State.Text, >= ' ' and <= '/' => State.OneMore, _ => State.Plain };
                return;
            case State.OneMore:
                _state = State.Plain;
                return;
            case State.Sequence:
                if (c is >= '@' and <= '~') _state = State.Plain;
                // A line end inside is no sequence's: the sequence was torn.
                else if (c == '\n') goto case State.Plain;
                return;
            case State.Text:
                if (c == '\a') _state = State.Plain;
                else if (c == '\e') _state = State.Escape;
                else if (c == '\n') goto case State.Plain;
                return;
            case State.Plain:
                _state = State.Plain;
                Plain(c, offset, lines);
                return;
        }
    }

    private void Plain(char c, long offset, ICollection<ConsoleLine> lines)
    {
        switch (c)
        {
            case '\e':
                _state = State.Escape;
                return;
            case '\n':
                End(offset, lines);
                return;
            case '\r' or '\0' or '\a':
                return;
            case '\b':
                if (_line.Length > 0) _line.Length--;
                return;
            default:
                if (_lineOffset < 0) _lineOffset = offset;
                _line.Append(c);
                if (_line.Length >= MaxLineLength) End(offset, lines);
                return;
        }
    }

    private void End(long offset, ICollection<ConsoleLine> lines)
    {
        lines.Add(new ConsoleLine(_line.ToString(), _lineOffset < 0 ? offset : _lineOffset));
        _line.Clear();
        _lineOffset = -1;
    }

    private enum State
    {
        /// <summary>Ordinary text.</summary>
        Plain,

        /// <summary>After ESC.</summary>
        Escape,

        /// <summary>After ESC and an intermediate character.</summary>
        OneMore,

        /// <summary>In a control sequence, until its final character.</summary>
        Sequence,

        /// <summary>In an operating system command or another string, until BEL or ESC \.</summary>
        Text,
    }
}
