package exec_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/providers/ofd/signer"
	signexec "github.com/kktctl/kktctl/providers/ofd/signer/exec"
)

// depth counts how often the test binary has started itself. Its name is one
// that is passed on to signers.
const depth = "SIGNER_TEST_DEPTH"

// TestMain makes the test binary the program that signs. A defect may lose the
// words that tell it so: it must not run the tests again, which would start it
// again, without end.
func TestMain(m *testing.M) {
	n, _ := strconv.Atoi(os.Getenv(depth))
	if n > 3 {
		fmt.Fprintln(os.Stderr, "the test binary starts itself without end")
		os.Exit(3)
	}
	if err := os.Setenv(depth, strconv.Itoa(n+1)); err != nil {
		panic(err)
	}
	if n > 0 && (len(os.Args) < 2 || os.Args[1] != "helper") {
		os.Exit(4) // a signer that was not told what to do
	}
	if len(os.Args) > 2 && os.Args[1] == "helper" {
		os.Exit(helper(os.Args[2], os.Args[3:]))
	}
	os.Exit(m.Run())
}

// sequence wraps content as the helper's "signature" does.
func sequence(content []byte) []byte {
	return append([]byte{0x30, 0x82, byte(len(content) >> 8), byte(len(content))}, content...)
}

func helper(mode string, args []string) int {
	switch mode {
	case "files":
		content, err := os.ReadFile(args[0])
		if err != nil || os.WriteFile(strings.TrimPrefix(args[1], "--out="), sequence(content), 0o600) != nil {
			return 2
		}
	case "stdio":
		content, _ := io.ReadAll(os.Stdin)
		fmt.Printf("-----BEGIN PKCS7-----\n%s\n-----END PKCS7-----\n", base64.StdEncoding.EncodeToString(sequence(content)))
	case "modes":
		in, _ := os.Stat(args[0])
		dir, _ := os.Stat(filepath.Dir(args[0]))
		os.Stdout.Write(sequence(fmt.Appendf(nil, "%o %o %s", in.Mode().Perm(), dir.Mode().Perm(), args[0])))
	case "environ":
		os.Stdout.Write(sequence([]byte(strings.Join(os.Environ(), "\n"))))
	case "where":
		dir, _ := os.Getwd()
		os.Stdout.Write(sequence([]byte(dir)))
	case "fail":
		fmt.Fprint(os.Stderr, "\x1b[2Jno key\nin the container\u202e", strings.Repeat(" x", 100_000))
		return 7
	case "flood":
		for {
			if _, err := os.Stdout.Write(bytes.Repeat([]byte{'0'}, 1<<16)); err != nil {
				return 1
			}
		}
	case "talks": // about what it was given
		fmt.Fprintln(os.Stderr, "the PIN", os.Getenv("SIGNER_PIN"), "of", os.Getenv("SIGNER_USER"), "is wrong")
		return 1
	case "other": // signs something else than it was given
		fmt.Print("MDMGCSqGSIb3DQEHAqAmMCQCAQExADAbBgkqhkiG9w0BBwGgDgQMUEVGbmIzUm9aWEkrMQA=")
	case "nothing":
	case "link":
		if os.Symlink("/etc/hostname", args[0]) != nil {
			return 2
		}
	case "hang": // with a child of its own that keeps the pipe open
		child := exec.Command(os.Args[0], "helper", "sleep")
		child.Stdout = os.Stdout
		if child.Start() != nil || os.WriteFile(args[0], fmt.Append(nil, child.Process.Pid), 0o600) != nil {
			return 2
		}
		select {}
	case "sleep":
		time.Sleep(time.Minute)
	}
	return 0
}

func sign(t *testing.T, opts signexec.Options, content string, args ...string) (string, error) {
	t.Helper()
	argv := append([]string{os.Args[0], "helper"}, args...)
	doc := signer.Document{Address: "kkts.sloboda-1", FileName: "../../evil", Content: content}
	sig, err := signexec.New(argv, opts).Sign(t.Context(), doc)
	if err != nil {
		return "", err
	}
	der, decErr := base64.StdEncoding.DecodeString(sig)
	if decErr != nil {
		t.Fatalf("not base64: %q", sig)
	}
	return string(der[4:]), nil
}

const text = "0L/RgNC40LLQtdGC" // "привет"

func TestSigns(t *testing.T) {
	for name, c := range map[string]struct {
		opts signexec.Options
		args []string
		want string
	}{
		"files, text as received": {signexec.Options{}, []string{"files", "{in}", "--out={out}"}, text},
		"files, decoded":          {signexec.Options{Decode: true}, []string{"files", "{in}", "{out}"}, "привет"},
		"stdin and stdout":        {signexec.Options{}, []string{"stdio"}, text},
		"stdin, decoded":          {signexec.Options{Decode: true}, []string{"stdio"}, "привет"},
	} {
		if got, err := sign(t, c.opts, text, c.args...); err != nil || got != c.want {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}

func TestPrivateFilesRemoved(t *testing.T) {
	got, err := sign(t, signexec.Options{}, text, "modes", "{in}")
	if err != nil {
		t.Fatal(err)
	}
	mode, path, _ := strings.Cut(got, " 700 ")
	if mode != "600" {
		t.Errorf("modes: %q", got)
	}
	if _, err := os.Stat(filepath.Dir(path)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder is still there: %v", err)
	}
}

func TestEnvironment(t *testing.T) {
	secrets := []string{"OFD_API_KEY", "RENTA_PASSWORD", "KKTCTL_X", "AWS_SECRET_ACCESS_KEY", "ANY_NAME"}
	for _, name := range secrets {
		t.Setenv(name, "s3cret")
	}
	t.Setenv("SIGNER_PIN", "given on purpose")
	t.Setenv("LC_ALL", "C")
	got, err := sign(t, signexec.Options{}, text, "environ")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(got, "s3cret") {
		t.Errorf("a secret was passed on:\n%s", got)
	}
	for _, want := range []string{"PATH=", "SIGNER_PIN=given on purpose", "LC_ALL=C"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s was not passed on:\n%s", want, got)
		}
	}
}

func TestDir(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := sign(t, signexec.Options{Dir: dir}, text, "where"); err != nil || got != dir {
		t.Errorf("got %q, %v; want %q", got, err, dir)
	}
	script := "#!/bin/sh\nprintf '0\\001x'\n"
	if err := os.WriteFile(filepath.Join(dir, "sign.sh"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	s := signexec.New([]string{"./sign.sh"}, signexec.Options{Dir: dir})
	if got, err := s.Sign(t.Context(), signer.Document{Content: text}); err != nil || got != "MAF4" {
		t.Errorf("a program relative to the folder: %q, %v", got, err)
	}
}

func TestFailures(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"exit code and stderr": {[]string{"fail"}, "exit status 7: [2Jno key in the container x x"},
		"another text":         {[]string{"other"}, "what it signs is not the document"},
		"floods stdout":        {[]string{"flood"}, "more than"},
		"no output":            {[]string{"nothing"}, "signature is empty"},
		"no file":              {[]string{"nothing", "{out}"}, "wrote no signature"},
		"a link":               {[]string{"link", "{out}"}, "not a plain file"},
	} {
		_, err := sign(t, signexec.Options{}, text, c.args...)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "kkts.sloboda-1: ") {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if strings.ContainsAny(err.Error(), "\x1b\u202e") || len(err.Error()) > 1000 {
			t.Errorf("%s: the message is not clean or too long: %.1000q", name, err)
		}
	}
}

func TestPINsAreHidden(t *testing.T) {
	t.Setenv("SIGNER_PIN", "47110815")
	t.Setenv("SIGNER_USER", "director")
	_, err := sign(t, signexec.Options{}, text, "talks")
	if err == nil || !strings.Contains(err.Error(), "the PIN *** of director is wrong") {
		t.Errorf("got %v", err)
	}
}

func TestCannotRun(t *testing.T) {
	for name, s := range map[string]*signexec.Signer{
		"no program":  signexec.New(nil, signexec.Options{}),
		"not there":   signexec.New([]string{"/nonexistent/sign", "-pin", "4321"}, signexec.Options{}),
		"bad content": signexec.New([]string{os.Args[0]}, signexec.Options{Decode: true}),
	} {
		_, err := s.Sign(t.Context(), signer.Document{Content: "\x00 not base64"})
		if err == nil || strings.Contains(err.Error(), "4321") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTimeout(t *testing.T) {
	_, err := sign(t, signexec.Options{Timeout: 50 * time.Millisecond}, text, "sleep")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
}
