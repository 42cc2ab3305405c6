/** The page at `/`: what this deployment is, and where its manual is. The same for everyone, so there is nothing to render. */
export const HOME_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Rollcall</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/look.css">
</head>
<body>
<main class="home">
<div>
<div class="brand"><img src="/icon.svg" alt="" width="24" height="24">Rollcall</div>
<h1>See who is on, wherever they are</h1>
<p>Who on your team is working now, in everyone’s own time zone, and what got done today. Your tools report it. Rollcall never reads messages or files.</p>
<a class="button primary" href="/docs">Read the manual</a>
<p class="hint">Tools and bots use the API of this address, under <code>/api/v1</code>. It speaks the APIs of StatsAware, Status Hero and Stats Notifier.</p>
</div>
<img src="/staircase.svg" width="580" height="322" alt="The working hours of ten cities on one day. Each city starts later than the one above it.">
</main>
</body>
</html>
`;
