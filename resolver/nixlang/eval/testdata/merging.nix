{ a.b = 1; a.c.d = 2; a = { e = 3; }; "q r".s = 4; ${"dyn"} = 5; ${null} = 6; inherit ({ v = 7; }) v; }
