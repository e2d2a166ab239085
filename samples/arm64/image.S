/*
 * The sample kernel for arm64: a Linux "Image" as far as a loader can tell, for QEMU's virt machine under U-Boot
 * (`booti`, `pxe boot`) or `qemu -kernel`. Power-on to READY takes a fraction of a second, which makes it the
 * cheapest netbooted board there is.
 *
 *     ARM64-OK
 *     build: sample-0                     which build this is (patch the bytes)
 *     cmdline: one two                    /chosen/bootargs of the device tree in x0
 *     READY
 *
 * Then it obeys single bytes from the PL011: R resets (PSCI), T takes an exception with no vectors to take it to,
 * H hangs, X panics, P powers off (PSCI); anything else is echoed. A word of the command line does the same right
 * after READY: do=reset do=hang do=triple do=panic do=poweroff, and do=mute, which never prints a byte.
 * (T and do=triple: there is no triple fault here. The exception loops for ever, so the board looks hung.)
 *
 * Built by samples/build: aarch64-linux-gnu-as, ld -Ttext=0, objcopy -O binary. Position independent.
 */

        .equ    UART,           0x09000000      /* PL011 of QEMU virt */
        .equ    UART_DR,        0x00
        .equ    UART_FR,        0x18
        .equ    FR_BUSY,        3               /* bit: still sending */
        .equ    FR_RXFE,        4               /* bit: nothing received */
        .equ    FR_TXFF,        5               /* bit: no room to send */

        .equ    PSCI_SYSTEM_OFF,   0x84000008   /* PSCI 1.1 §5.1; QEMU virt listens to hvc */
        .equ    PSCI_SYSTEM_RESET, 0x84000009

        .equ    FDT_MAGIC,      0xd00dfeed      /* Devicetree specification 0.4 §5.2, all big-endian */
        .equ    FDT_STRUCT,     8               /* off_dt_struct */
        .equ    FDT_STRINGS,    12              /* off_dt_strings */
        .equ    FDT_BEGIN_NODE, 1
        .equ    FDT_END_NODE,   2
        .equ    FDT_PROP,       3
        .equ    FDT_NOP,        4

        .text
        .globl  _start

/* The header of Linux's Documentation/arch/arm64/booting.rst, 64 bytes. */
_start: b       main
        .long   0
        .quad   0x80000                         /* text_offset: room below for the loader's own */
        .quad   image_size                      /* image_size, stack included */
        .quad   0                               /* flags: little-endian */
        .quad   0, 0, 0
        .ascii  "ARM\x64"
        .long   0

main:
        msr     daifset, #15
        adr     x1, _start
        ldr     x2, =stack_top
        add     sp, x1, x2
        ldr     x20, =UART
        bl      find_bootargs                   /* x0 = device tree */
        mov     x21, x0                         /* command line, 0 = none */
        bl      find_wish
        mov     w22, w0                         /* letter of do=..., 0 = none */
        cmp     w22, #'m'                       /* do=mute: not even one byte */
        b.eq    hang

        adr     x0, hello
        bl      print
        mov     x0, x21
        bl      print
        adr     x0, ready
        bl      print
        mov     w0, w22
        cbnz    w0, obey

listen:
        ldr     w0, [x20, UART_FR]
        tbnz    w0, FR_RXFE, listen
        ldr     w0, [x20, UART_DR]
        and     w0, w0, #0xff
obey:                                           /* w0 = the letter */
        cmp     w0, #'R'
        b.eq    reset
        cmp     w0, #'T'
        b.eq    fault
        cmp     w0, #'H'
        b.eq    hang
        cmp     w0, #'X'
        b.eq    panic
        cmp     w0, #'P'
        b.eq    power_off
        bl      put
        b       listen

reset:
        adr     x0, rebooting
        bl      print
        bl      drain
        ldr     w0, =PSCI_SYSTEM_RESET
        hvc     #0
        b       hang

power_off:
        adr     x0, powering_off
        bl      print
        bl      drain
        ldr     w0, =PSCI_SYSTEM_OFF
        hvc     #0
        b       hang

fault:
        mov     x0, #~0x7ff                     /* no memory there: the exception faults again, and again */
        msr     vbar_el1, x0
        udf     #0

panic:
        adr     x0, panicking
        bl      print
hang:
        wfi
        b       hang

/* x0 = device tree; returns the text of /chosen/bootargs, or 0. Only the tree's layout is trusted. */
find_bootargs:
        cbz     x0, .Lnothing
        ldr     w1, [x0]
        rev     w1, w1
        ldr     w2, =FDT_MAGIC
        cmp     w1, w2
        b.ne    .Lnothing
        ldr     w3, [x0, FDT_STRUCT]
        rev     w3, w3
        add     x3, x0, x3                      /* x3 = the next token */
        ldr     w4, [x0, FDT_STRINGS]
        rev     w4, w4
        add     x4, x0, x4                      /* x4 = property names */
        mov     w5, #0                          /* w5 = depth: the root is 1, /chosen is 2 */
        mov     w6, #0                          /* w6 = 1 inside /chosen */
        mov     x15, x30
.Ltoken:
        ldr     w1, [x3], #4
        rev     w1, w1
        cmp     w1, FDT_BEGIN_NODE
        b.eq    .Lbegin
        cmp     w1, FDT_END_NODE
        b.eq    .Lend
        cmp     w1, FDT_PROP
        b.eq    .Lprop
        cmp     w1, FDT_NOP
        b.eq    .Ltoken
        mov     x0, #0                          /* FDT_END, or nonsense */
        ret     x15
.Lbegin:
        add     w5, w5, #1
        mov     x0, x3
        adr     x1, chosen_name
        bl      same
        cmp     w5, #2
        cset    w6, eq
        and     w6, w6, w0
.Lskip_name:
        ldrb    w1, [x3], #1
        cbnz    w1, .Lskip_name
        b       .Lalign
.Lend:
        sub     w5, w5, #1
        mov     w6, #0
        b       .Ltoken
.Lprop:
        ldp     w7, w1, [x3], #8                /* length, offset of the name */
        rev     w7, w7
        rev     w1, w1
        cbz     w6, .Lskip_value
        add     x0, x4, x1
        adr     x1, bootargs_name
        bl      same
        cbz     w0, .Lskip_value
        mov     x0, x3
        ret     x15
.Lskip_value:
        add     x3, x3, x7
.Lalign:
        add     x3, x3, #3
        and     x3, x3, #~3
        b       .Ltoken
.Lnothing:
        mov     x0, #0
        ret

/* x0, x1 = texts; w0 = 1 when they are equal. Spoils w8, w9. */
same:
        ldrb    w8, [x0], #1
        ldrb    w9, [x1], #1
        cmp     w8, w9
        b.ne    .Ldiffer
        cbnz    w8, same
        mov     w0, #1
        ret
.Ldiffer:
        mov     w0, #0
        ret

/* x0 = command line or 0; w0 = the letter of its first word do=..., or 0. */
find_wish:
        cbz     x0, .Lno_wish
        mov     w1, #' '                        /* the character before */
.Lnext_character:
        ldrb    w2, [x0]
        cbz     w2, .Lno_wish
        cmp     w1, #' '
        mov     w1, w2
        b.ne    .Lnot_here
        adr     x3, wishes                      /* at the beginning of a word */
.Lcandidate:
        ldrb    w4, [x3]
        cbz     w4, .Lnot_here
        mov     x5, x0
.Lcompare:
        ldrb    w4, [x3], #1
        cbz     w4, .Lend_of_candidate
        ldrb    w6, [x5], #1
        cmp     w4, w6
        b.eq    .Lcompare
.Lskip_candidate:
        ldrb    w4, [x3], #1
        cbnz    w4, .Lskip_candidate
        b       .Lafter_letter
.Lend_of_candidate:
        ldrb    w6, [x5]                        /* the whole word, not its beginning */
        cbz     w6, .Lfound
        cmp     w6, #' '
        b.eq    .Lfound
.Lafter_letter:
        add     x3, x3, #1
        b       .Lcandidate
.Lnot_here:
        add     x0, x0, #1
        b       .Lnext_character
.Lfound:
        ldrb    w0, [x3]
        ret
.Lno_wish:
        mov     w0, #0
        ret

/* x0 = text up to a zero byte, or 0 for none. */
print:
        mov     x14, x30
        mov     x13, x0
        cbz     x13, .Lprinted
.Lprint_next:
        ldrb    w0, [x13], #1
        cbz     w0, .Lprinted
        bl      put
        b       .Lprint_next
.Lprinted:
        ret     x14

/* w0 = byte. Spoils w1. */
put:
        ldr     w1, [x20, UART_FR]
        tbnz    w1, FR_TXFF, put
        str     w0, [x20, UART_DR]
        ret

/* Until the last byte has left: a reset would cut it off. */
drain:
        ldr     w1, [x20, UART_FR]
        tbnz    w1, FR_BUSY, drain
        ret

/* On a line of its own, wherever the loader left the cursor. */
hello:          .ascii  "\r\nARM64-OK\r\nbuild: sample-0\r\n"
                .asciz  "cmdline: "
ready:          .asciz  "\r\nREADY\r\n"
/* These begin a line of their own, whatever was echoed before. */
rebooting:      .asciz  "\r\nrebooting\r\n"
powering_off:   .asciz  "\r\npowering off\r\n"
panicking:      .ascii  "\r\nPANIC: sample kernel was asked to panic\r\n"
                .asciz  "PANIC: halted; nothing was lost but time\r\n"

chosen_name:    .asciz  "chosen"
bootargs_name:  .asciz  "bootargs"

wishes:                                         /* word, the letter it stands for */
        .ascii  "do=reset\0R"
        .ascii  "do=triple\0T"
        .ascii  "do=hang\0H"
        .ascii  "do=panic\0X"
        .ascii  "do=poweroff\0P"
        .ascii  "do=mute\0m"
        .byte   0

        .balign 16
        .ltorg
image_end:
        .equ    stack_top,  (image_end - _start) + 4096
        .equ    image_size, (image_end - _start) + 4096
