import type { PageFacts } from './told.ts'

/** Text that may stand anywhere in HTML, attribute values in double quotes included. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (char) => entities[char] ?? char)
}

/** The one document; everything else is drawn by the script. Facts travel in an attribute: no script stands in it. */
export function shellHtml(facts: PageFacts, files: { script: string; style: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>oss-image-origin</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="facts" content="${escapeHtml(JSON.stringify(facts))}">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${files.style}">
<script type="module" src="${files.script}"></script>
</head>
<body><div id="app"></div><noscript>This page needs JavaScript. 此页面需要 JavaScript。</noscript></body>
</html>
`
}

/**
 * No script, style or connection but our own server's; `blob:` for pictures that were read; nobody may frame the page.
 * `data:` is for the empty icon.
 */
export const SHELL_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')
