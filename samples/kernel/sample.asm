; The sample kernel: as little kernel as can still be netbooted, watched and judged.
;
; A flat binary with a Multiboot 1 and a Multiboot 2 header, for GRUB, mboot.c32, iPXE and `qemu -kernel`.
; It says on COM1 what it was given:
;
;     MB2-OK                                      or MB1-OK: which protocol it was entered by
;     build: sample-0                             which build this is (patch the bytes, or nasm -DBUILD)
;     cmdline: one two                            as the loader gave it
;     loader: GRUB 2.06-13+deb12u2                when the loader gave its name
;     module: first.txt alpha 29 bytes crc32 0f1e2d3c     one line each; the CRC is that of gzip, zlib and cksum -o 3
;     READY
;
; then obeys single bytes from COM1:
;
;     R  reboots (keyboard controller)      H  hangs: silent for ever
;     T  triple-faults                      X  panics: two lines, then halts
;     P  powers off (QEMU pc and q35)       anything else is echoed
;
; One word of the command line does the same without a keyboard, right after READY:
; do=reset do=hang do=triple do=panic do=poweroff, and do=mute, which never prints a byte at all.
;
; Build: nasm -f bin -o sample.bin sample.asm        (samples/build does)

%ifndef BUILD
%define BUILD 'sample-0'
%endif

LOAD_ADDRESS    equ 0x100000            ; 1 MiB: the first address every loader can give a 32-bit kernel

        bits    32
        org     LOAD_ADDRESS

; ---- Multiboot 1 header (specification 0.6.96 §3.1): 4-byte aligned, in the first 8192 bytes ----------------------

MB1_MAGIC       equ 0x1BADB002
MB1_FLAGS       equ 1 << 16 | 1 << 1 | 1 << 0   ; address fields valid (we are no ELF); memory map; modules page-aligned
MB1_ENTRY_MAGIC equ 0x2BADB002          ; in EAX at entry

mb1_header:
        dd      MB1_MAGIC
        dd      MB1_FLAGS
        dd      -(MB1_MAGIC + MB1_FLAGS)
        dd      mb1_header              ; header_addr
        dd      LOAD_ADDRESS            ; load_addr
        dd      image_end               ; load_end_addr
        dd      bss_end                 ; bss_end_addr
        dd      start                   ; entry_addr

; ---- Multiboot 2 header (specification 2.0 §3.1): 8-byte aligned, in the first 32768 bytes ------------------------

MB2_MAGIC       equ 0xE85250D6
MB2_I386        equ 0
MB2_LENGTH      equ mb2_header_end - mb2_header
MB2_ENTRY_MAGIC equ 0x36D76289          ; in EAX at entry

        align   8
mb2_header:
        dd      MB2_MAGIC
        dd      MB2_I386
        dd      MB2_LENGTH
        dd      -(MB2_MAGIC + MB2_I386 + MB2_LENGTH)

        dw      2, 0                    ; address tag, required
        dd      24
        dd      mb2_header, LOAD_ADDRESS, image_end, bss_end

        dw      3, 0                    ; entry address tag, required
        dd      12
        dd      start
        align   8

        dw      0, 0                    ; end tag
        dd      8
mb2_header_end:

; ---- Ports ---------------------------------------------------------------------------------------------------------

COM1            equ 0x3F8
COM1_LSR        equ COM1 + 5            ; line status: bit 0 byte received, bit 5 may send, bit 6 all sent
KBC_COMMAND     equ 0x64
KBC_PULSE_RESET equ 0xFE
PM1A_CONTROL    equ 0x604               ; where SeaBIOS (pc) and OVMF (q35) put it
PM1A_SLEEP_S5   equ 0x2000              ; SLP_EN, SLP_TYP 0: soft off on both of QEMU's chip sets

; ---- Entry: EAX = who loaded us, EBX = its information structure, flat 32-bit segments, interrupts off --------------

start:
        cli
        cld
        mov     esp, stack_top
        mov     edi, bss_start          ; a loader need not have cleared it
        mov     ecx, (stack_bottom - bss_start) / 4
        mov     edx, eax
        xor     eax, eax
        rep     stosd

        mov     esi, mb1_ok
        cmp     edx, MB1_ENTRY_MAGIC
        je      .multiboot1
        mov     esi, mb2_ok
        cmp     edx, MB2_ENTRY_MAGIC
        je      .multiboot2
        mov     esi, mb_unknown         ; nothing about EBX is known then
        jmp     .report
.multiboot1:
        call    read_mb1
        jmp     .report
.multiboot2:
        call    read_mb2

.report:
        push    esi
        call    find_wish               ; before the first byte: do=mute must not print even one
        cmp     byte [wish], 'm'
        je      hang
        call    serial_init
        pop     esi
        call    print                   ; MB1-OK or MB2-OK
        mov     esi, build_line
        call    print

        mov     esi, cmdline_is
        call    print
        mov     esi, [cmdline]
        call    print
        call    newline

        cmp     dword [loader], 0
        je      .modules
        mov     esi, loader_is
        call    print
        mov     esi, [loader]
        call    print
        call    newline

.modules:
        call    print_modules
        mov     esi, ready
        call    print
        mov     al, [wish]
        test    al, al
        jnz     obey_letter

; ---- Obeying -------------------------------------------------------------------------------------------------------

listen:
        mov     dx, COM1_LSR
        in      al, dx
        test    al, 1
        jz      listen
        mov     dx, COM1
        in      al, dx

obey_letter:                            ; AL = the letter
        cmp     al, 'R'
        je      reboot
        cmp     al, 'T'
        je      triple_fault
        cmp     al, 'H'
        je      hang
        cmp     al, 'X'
        je      panic
        cmp     al, 'P'
        je      power_off
        call    put
        jmp     listen

reboot:
        mov     esi, rebooting
        call    print
        call    drain
        mov     al, KBC_PULSE_RESET
        out     KBC_COMMAND, al
        jmp     hang

triple_fault:                           ; says nothing: a real one does not either
        call    drain
        lidt    [no_idt]
        int3                            ; no handler, none for the double fault, and the processor shuts down

panic:
        mov     esi, panicking
        call    print
        jmp     hang

power_off:
        mov     esi, powering_off
        call    print
        call    drain
        mov     dx, PM1A_CONTROL
        mov     ax, PM1A_SLEEP_S5
        out     dx, ax                  ; falls through where it did nothing

hang:
        cli
        hlt
        jmp     hang                    ; a non-maskable interrupt wakes hlt

; ---- What the loader told: read_mb1 and read_mb2 fill cmdline, loader, modules. EBX = information, keep ESI ----------

read_mb1:
        mov     edx, [ebx]              ; flags
        test    edx, 1 << 2
        jz      .no_cmdline
        mov     eax, [ebx + 16]
        mov     [cmdline], eax
.no_cmdline:
        test    edx, 1 << 9
        jz      .no_loader
        mov     eax, [ebx + 64]
        mov     [loader], eax
.no_loader:
        test    edx, 1 << 3
        jz      .done
        mov     ecx, [ebx + 20]         ; mods_count
        mov     ebp, [ebx + 24]         ; mods_addr: start, end, string, reserved
.next:
        jecxz   .done
        mov     eax, [ebp]
        mov     edx, [ebp + 4]
        mov     edi, [ebp + 8]
        call    add_module
        add     ebp, 16
        dec     ecx
        jmp     .next
.done:
        ret

read_mb2:
        lea     ebp, [ebx + 8]          ; tags follow total_size and reserved
.tag:
        mov     eax, [ebp]              ; type
        test    eax, eax
        jz      .done
        lea     edi, [ebp + 8]
        cmp     eax, 1
        jne     .not_cmdline
        mov     [cmdline], edi
.not_cmdline:
        cmp     eax, 2
        jne     .not_loader
        mov     [loader], edi
.not_loader:
        cmp     eax, 3
        jne     .not_module
        mov     eax, [ebp + 8]
        mov     edx, [ebp + 12]
        lea     edi, [ebp + 16]
        call    add_module
.not_module:
        mov     eax, [ebp + 4]          ; size, without the padding to the next multiple of 8
        add     eax, 7
        and     eax, -8
        add     ebp, eax
        jmp     .tag
.done:
        ret

; EAX = start, EDX = end, EDI = string. Modules past the table are not listed. Spoils EAX.
add_module:
        push    ebx
        mov     ebx, [module_count]
        cmp     ebx, MODULES_MAX
        jae     .full
        inc     dword [module_count]
        imul    ebx, ebx, 12
        add     ebx, modules
        mov     [ebx], eax
        mov     [ebx + 4], edx
        mov     [ebx + 8], edi
.full:
        pop     ebx
        ret

; Looks for a word do=... in the command line and leaves the letter it stands for in [wish], 0 for none.
find_wish:
        mov     esi, [cmdline]
        test    esi, esi
        jz      .done
        mov     ah, ' '                 ; the character before
.next:
        lodsb
        test    al, al
        jz      .done
        cmp     ah, ' '
        mov     ah, al
        jne     .next
        dec     esi                     ; at the beginning of a word
        mov     edi, wishes
.candidate:
        cmp     byte [edi], 0
        je      .no_wish
        mov     edx, esi                ; compare the word at ESI with the string at EDI
.compare:
        mov     al, [edi]
        inc     edi
        test    al, al
        jz      .end_of_candidate
        cmp     al, [edx]
        jne     .skip
        inc     edx
        jmp     .compare
.end_of_candidate:
        cmp     byte [edx], ' '         ; the whole word, not its beginning
        je      .found
        cmp     byte [edx], 0
        je      .found
        inc     edi                     ; over the letter
        jmp     .candidate
.skip:
        cmp     byte [edi], 0
        lea     edi, [edi + 1]
        jne     .skip
        inc     edi
        jmp     .candidate
.no_wish:
        inc     esi
        jmp     .next
.found:
        mov     al, [edi]
        mov     [wish], al
.done:
        ret

; ---- Modules -------------------------------------------------------------------------------------------------------

print_modules:
        call    make_crc_table
        mov     ebp, modules
        mov     ecx, [module_count]
.next:
        jecxz   .done
        push    ecx
        mov     esi, module_is
        call    print
        mov     esi, [ebp + 8]
        call    print
        mov     al, ' '
        call    put
        mov     eax, [ebp + 4]
        sub     eax, [ebp]
        call    print_decimal
        mov     esi, bytes_crc
        call    print
        mov     esi, [ebp]
        mov     ecx, [ebp + 4]
        sub     ecx, esi
        call    crc32
        call    print_hex
        call    newline
        pop     ecx
        add     ebp, 12
        dec     ecx
        jmp     .next
.done:
        ret

CRC32_POLYNOMIAL equ 0xEDB88320         ; reflected, as in gzip (RFC 1952 §8)

make_crc_table:
        xor     edx, edx
.entry:
        mov     eax, edx
        mov     ecx, 8
.bit:
        shr     eax, 1
        jnc     .even
        xor     eax, CRC32_POLYNOMIAL
.even:
        loop    .bit
        mov     [crc_table + edx * 4], eax
        inc     dl
        jnz     .entry
        ret

; ESI = bytes, ECX = how many; EAX = their CRC-32.
crc32:
        mov     eax, -1
        jecxz   .done
.byte:
        movzx   edx, al
        xor     dl, [esi]
        shr     eax, 8
        xor     eax, [crc_table + edx * 4]
        inc     esi
        dec     ecx
        jnz     .byte
.done:
        not     eax
        ret

; ---- Printing ------------------------------------------------------------------------------------------------------

serial_init:                            ; 115200 8n1, polled, FIFOs on
        mov     esi, serial_settings
        mov     ecx, (serial_settings_end - serial_settings) / 2
.next:
        xor     eax, eax
        lodsb
        lea     edx, [eax + COM1]
        lodsb
        out     dx, al
        loop    .next
        ret

; ESI = text up to a zero byte; a null pointer prints nothing. Spoils EAX.
print:
        test    esi, esi
        jz      .done
.next:
        lodsb
        test    al, al
        jz      .done
        call    put
        jmp     .next
.done:
        ret

newline:
        mov     al, 13
        call    put
        mov     al, 10
        ; into put

; AL = byte.
put:
        push    edx
        push    eax
        mov     dx, COM1_LSR
.wait:
        in      al, dx
        test    al, 1 << 5
        jz      .wait
        pop     eax
        mov     dx, COM1
        out     dx, al
        pop     edx
        ret

drain:                                  ; until the last byte has left: a reset would cut it off
        mov     dx, COM1_LSR
.wait:
        in      al, dx
        test    al, 1 << 6
        jz      .wait
        ret

; EAX = number.
print_decimal:
        mov     ecx, 10
        xor     edx, edx
        div     ecx
        push    edx
        test    eax, eax
        jz      .last
        call    print_decimal
.last:
        pop     eax
        add     al, '0'
        jmp     put

; EAX = number; eight digits.
print_hex:
        mov     ecx, 8
.digit:
        rol     eax, 4
        push    eax
        and     al, 15
        cmp     al, 10
        jb      .below
        add     al, 'a' - '0' - 10
.below:
        add     al, '0'
        call    put
        pop     eax
        loop    .digit
        ret

; ---- Data ----------------------------------------------------------------------------------------------------------

serial_settings:                        ; register, value
        db      1, 0x00                 ; no interrupts
        db      3, 0x80                 ; divisor latch
        db      0, 1                    ; 115200 / 1
        db      1, 0
        db      3, 0x03                 ; 8n1
        db      2, 0x07                 ; FIFOs on and cleared
        db      4, 0x03                 ; DTR, RTS
serial_settings_end:

no_idt          dw      0
                dd      0

; On a line of its own, wherever the loader left the cursor.
mb1_ok          db      13, 10, 'MB1-OK', 13, 10, 0
mb2_ok          db      13, 10, 'MB2-OK', 13, 10, 0
mb_unknown      db      13, 10, 'entered by neither Multiboot 1 nor 2', 13, 10, 0
build_line      db      'build: ', BUILD, 13, 10, 0
cmdline_is      db      'cmdline: ', 0
loader_is       db      'loader: ', 0
module_is       db      'module: ', 0
bytes_crc       db      ' bytes crc32 ', 0
ready           db      'READY', 13, 10, 0
; These begin a line of their own, whatever was echoed before.
rebooting       db      13, 10, 'rebooting', 13, 10, 0
powering_off    db      13, 10, 'powering off', 13, 10, 0
panicking       db      13, 10, 'PANIC: sample kernel was asked to panic', 13, 10
                db      'PANIC: halted; nothing was lost but time', 13, 10, 0

wishes:                                 ; word, the letter it stands for
                db      'do=reset', 0, 'R'
                db      'do=triple', 0, 'T'
                db      'do=hang', 0, 'H'
                db      'do=panic', 0, 'X'
                db      'do=poweroff', 0, 'P'
                db      'do=mute', 0, 'm'
                db      0

        align   8
image_end:

        absolute image_end
bss_start:
cmdline         resd    1
loader          resd    1
wish            resd    1
module_count    resd    1
MODULES_MAX     equ     32
modules         resd    3 * MODULES_MAX ; start, end, string
crc_table       resd    256
stack_bottom    resb    4096
stack_top:
bss_end:
