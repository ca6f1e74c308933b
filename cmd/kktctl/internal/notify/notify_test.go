package notify

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func message(text string) Message {
	return Message{Title: "kktctl resume, fleet север: 1 waiting", Text: func(int) string { return text }}
}

// TestMail: a mail server gets plain text with a subject, for each recipient.
func TestMail(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got := make(chan string, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		got <- serveMail(conn)
	}()
	where := "smtp://" + l.Addr().String() + "/?from=kassa@sever.example&to=a@sever.example,b@sever.example&usehtml=yes"
	if err := Send(t.Context(), where, nil, message("line\n<b>two</b>\n.three")); err != nil {
		t.Fatal(err)
	}
	mails := <-got
	for _, want := range []string{
		"RCPT TO:<a@sever.example>", "RCPT TO:<b@sever.example>", "Subject: =?utf-8?q?", "text/plain", "line\r\n<b>two</b>\r\n..three\r\n",
	} {
		if !strings.Contains(mails, want) {
			t.Errorf("%q is missing in\n%s", want, mails)
		}
	}
	if strings.Contains(mails, "multipart") {
		t.Error("the text is not plain")
	}
}

// serveMail takes mails and gives what was said to it.
func serveMail(conn net.Conn) string {
	var all strings.Builder
	r := bufio.NewReader(conn)
	fmt.Fprint(conn, "220 ready\r\n")
	for data := false; ; {
		line, err := r.ReadString('\n')
		all.WriteString(line)
		switch {
		case err != nil:
			return all.String()
		case data && line == ".\r\n":
			data = false
			fmt.Fprint(conn, "250 taken\r\n")
		case data:
		case strings.HasPrefix(line, "DATA"):
			data = true
			fmt.Fprint(conn, "354 go on\r\n")
		case strings.HasPrefix(line, "QUIT"):
			fmt.Fprint(conn, "221 bye\r\n")
			return all.String()
		default:
			fmt.Fprint(conn, "250 ok\r\n")
		}
	}
}

// TestAServiceThatHangsIsLeft: the context ends the waiting, whatever the
// service does.
func TestAServiceThatHangsIsLeft(t *testing.T) {
	called, free := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		close(called)
		<-free
	}))
	defer server.Close()
	defer close(free)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-called
		cancel()
	}()
	if err := Send(ctx, server.URL, nil, message("x")); err == nil || err.Error() != "interrupted" {
		t.Errorf("interrupted: %v", err)
	}
	ctx, cancel = context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	if err := Send(ctx, "http://127.0.0.1:1/", nil, message("x")); err == nil {
		t.Error("no error after the deadline")
	}
}

// TestNoErrorHoldsASecret: neither whole, nor escaped, nor a piece of one.
func TestNoErrorHoldsASecret(t *testing.T) {
	const token = "110201543:AAHdqTcvCH1vGWJ/xfSeofSAs0K+PALDsaw"
	for _, where := range []string{
		"http://127.0.0.1:1/in/" + url.PathEscape(token) + "?token=" + url.QueryEscape(token),
		"generic://127.0.0.1:1/" + token,
		"telegram://" + token + "@telegram?chats=-1",
		"slack://hook:" + token + "@webhook",
		"discord://" + url.PathEscape(token) + "@x",
		"smtp://kassa:" + url.PathEscape(token) + "@127.0.0.1:1/?from=a@b.example&to=c@d.example",
		"gotify://127.0.0.1:1/" + token, "matrix://user:" + url.PathEscape(token) + "@127.0.0.1:1", "ntfy://:" + url.PathEscape(token) + "@127.0.0.1:1/x?scheme=http",
		"nowhere://" + token, "logger://" + token, "http://[::1/" + token, token,
	} {
		err := Send(t.Context(), where, []string{token}, message("x"))
		if err == nil {
			t.Errorf("%s: delivered", where)
			continue
		}
		for _, piece := range []string{"110201543", "AAHdqTcvCH1vGWJ", "xfSeofSAs0K", "PALDsaw"} {
			if strings.Contains(err.Error(), piece) {
				t.Errorf("%s: %v", where, err)
			}
		}
	}
}

// TestTextIsText: what others write is neither a mention nor a link in a chat.
func TestTextIsText(t *testing.T) {
	const hostile = "<!channel> <https://evil.example|open> @everyone [x](https://evil.example) a & b"
	for where, bad := range map[string][]string{
		"slack://hook:T01234567-B01234567-abcdefghijklmnopqrstuvwx@webhook": {"<!", "<https", " & "},
		"discord://token@id":              {"@everyone", "](", "<!"},
		"mattermost://chat.example/token": {"@everyone", "]("},
	} {
		u, err := url.Parse(where)
		if err != nil {
			t.Fatal(err)
		}
		all, err := deliveries(u, message(hostile))
		if err != nil || len(all) != 1 {
			t.Fatalf("%s: %v", where, err)
		}
		for _, b := range bad {
			if strings.Contains(all[0].text, b) {
				t.Errorf("%s: %q in %q", where, b, all[0].text)
			}
		}
	}
	u, _ := url.Parse("telegram://1:a@telegram?chats=-1:7&parsemode=HTML&title=x&preview=yes&notification=no")
	all, err := deliveries(u, message(hostile))
	if err != nil || len(all) != 1 {
		t.Fatal(err)
	}
	q := all[0].url.Query()
	for key, want := range map[string]string{"parsemode": "", "$parse_mode": "", "$chat_id": "-1", "$message_thread_id": "7", "$disable_notification": "true", "$disable_web_page_preview": "true"} {
		if q.Get(key) != want {
			t.Errorf("%s is %q", key, q.Get(key))
		}
	}
}
