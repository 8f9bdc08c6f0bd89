# WARNING! You shouldn't copy this file to another computer. It is unnecessary and can cause problems.
mac@localhost	jabber	b4128bcf
