package spec

import (
	"strings"
	"testing"
)

// TestASecretInANotifyURLIsRefused: what may be a secret has to be a reference,
// and no error shows it.
func TestASecretInANotifyURLIsRefused(t *testing.T) {
	for _, text := range []string{
		"telegram://110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw@telegram?chats=-1",
		"telegram://env:A:hunter2@telegram?chats=-1",
		"telegram://hunter2env:A@telegram?chats=-1",
		"slack://hook:T01234567-B01234567-abcdefghijklmnopqrstuvwx@webhook",
		"slack://T01234567/B01234567/abcdefghijklmnopqrstuvwx",
		"smtp://me:hunter2@mail.example/?from=a@b.example&to=c@d.example",
		"https://hooks.slack.com/services/T01234567/B01234567/hunter2",
		"https://api.telegram.org/bot110201543:hunter2/sendMessage",
		"https://hooks.example/1b4e28ba-2fa1-11d2-883f-0016d3cca427",
		"https://hooks.example/abcdefghijklmnopqrstuvwx",
		"https://hooks.example/in?key=hunter2",
		"https://hooks.example/in?@Authorization=Bearer+hunter2",
		"https://hunter2@hooks.example/in",
		"https://hooks.example/in#hunter2hunter2hunter2",
		"generic://hooks.example/in?token=hunter2",
		"discord://hunter2@123", "hunter2", "", "https:///hunter2", "env:hunter-2", "file:",
		"https://hooks.example/\x1b[2Jhunter2",
	} {
		_, err := ParseNotifyURL(text)
		switch {
		case err == nil:
			t.Errorf("%q is taken", text)
		case strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "AAHdq"):
			t.Errorf("%q is shown: %v", text, err)
		case !strings.Contains(err.Error(), "\nhint: "):
			t.Errorf("%q: no way out: %v", text, err)
		}
	}
}

// TestANotifyURLIsPutTogether: references give way to their values, escaped.
func TestANotifyURLIsPutTogether(t *testing.T) {
	values := map[string]string{"A": "110201543:AA_b-c", "P": "p@ss/w?rd", "U": "https://hooks.example/in?x=1\n"}
	for text, want := range map[string]string{
		"telegram://env:A@telegram?chats=-1001234567890,@sever":                     "telegram://110201543:AA_b-c@telegram?chats=-1001234567890,@sever",
		"smtp://kassa:env:P@mail.example:587/?auth=plain&from=a@b.example&to=c@d.e": "smtp://kassa:p%40ss%2Fw%3Frd@mail.example:587/?auth=plain&from=a@b.example&to=c@d.e",
		"https://hooks.example/in/env:P?@Authorization=Bearer+env:P":                "https://hooks.example/in/p%40ss%2Fw%3Frd?@Authorization=Bearer+p%40ss%2Fw%3Frd",
		"http://127.0.0.1:8080/hook":                                                "http://127.0.0.1:8080/hook",
		"env:U":                                                                     "https://hooks.example/in?x=1",
	} {
		u, err := ParseNotifyURL(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got, secrets, err := u.Resolve(func(s Secret) (string, error) { return values[s.Name], nil })
		if err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", text, got, err, want)
		}
		if strings.Contains(text, "env:") != (len(secrets) > 0) {
			t.Errorf("%s: %d secrets", text, len(secrets))
		}
		if u.String() != text || u.IsZero() {
			t.Errorf("%s is shown as %s", text, u)
		}
	}
}
