package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"unsafe"
)

// onTerminal runs a command with a pseudo-terminal of 24 lines and 100 columns
// for all of its streams: onterminal TYPED PROGRAM ARG... types one line, or
// none when TYPED is empty, and prints what the terminal got. The line ends of
// the terminal are plain ones again, so that every carriage return that is left
// was meant.
func onTerminal() {
	code, err := runOnTerminal(os.Args[1], os.Args[2:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "onterminal:", err)
		code = 125
	}
	os.Exit(code)
}

func runOnTerminal(typed string, args []string) (int, error) {
	master, slave, err := openTerminal()
	if err != nil {
		return 0, err
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	slave.Close()
	if typed != "" {
		fmt.Fprintln(master, typed)
	}
	var seen bytes.Buffer
	_, _ = io.Copy(&seen, master) // it ends with an error when nobody has the terminal any more
	_, _ = os.Stdout.Write(bytes.ReplaceAll(seen.Bytes(), []byte("\r\n"), []byte("\n")))
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		return 0, err
	}
	return cmd.ProcessState.ExitCode(), nil
}

func openTerminal() (master, slave *os.File, err error) {
	if master, err = os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0); err != nil {
		return nil, nil, err
	}
	var unlock, n uint32
	size := [4]uint16{24, 100}
	for _, call := range []struct {
		request uintptr
		arg     unsafe.Pointer
	}{
		{syscall.TIOCSPTLCK, unsafe.Pointer(&unlock)}, {syscall.TIOCGPTN, unsafe.Pointer(&n)}, {syscall.TIOCSWINSZ, unsafe.Pointer(&size)},
	} {
		if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, master.Fd(), call.request, uintptr(call.arg)); e != 0 {
			return nil, nil, e
		}
	}
	slave, err = os.OpenFile("/dev/pts/"+strconv.Itoa(int(n)), os.O_RDWR|syscall.O_NOCTTY, 0)
	return master, slave, err
}
