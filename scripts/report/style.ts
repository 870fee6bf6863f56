/** The report's style sheet: readable on paper, on a phone, in the dark. */
export const STYLE = `
:root{color-scheme:light dark;--text:#1c2430;--soft:#556070;--line:#e2e6eb;--ground:#f6f7f9;--card:#fff;--strong:#0f766e}
@media (prefers-color-scheme:dark){:root{--text:#e6edf3;--soft:#9aa7b5;--line:#30363d;--ground:#0d1117;--card:#161b22;--strong:#2dd4bf}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:16px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:2rem 1rem}
h1{font-size:1.6rem;line-height:1.2;margin:0}
h2{font-size:1.1rem;margin:0 0 .75rem}
h2 small{color:var(--soft);font-weight:400;font-size:.85rem;margin-left:.25rem}
header p{color:var(--soft);margin:.25rem 0 1.25rem;overflow-wrap:anywhere}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem}
.tiles div,section{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem}
.tiles span,.tiles small{display:block;color:var(--soft);font-size:.85rem}
.tiles b{display:block;font-size:1.7rem;line-height:1.25;font-variant-numeric:tabular-nums}
.tiles div:first-child b{color:var(--strong)}
.notes{color:var(--soft);padding-left:1.2rem;margin:1rem 0 0}
section{margin-top:1rem}
.chart{position:relative}
.small{height:9rem}.medium{height:14rem}.large{height:20rem}.huge{height:27rem}
.scroll{overflow-x:auto;margin-top:.5rem}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:.3rem 0 .3rem .9rem;border-bottom:1px solid var(--line);white-space:nowrap;vertical-align:top}
th{color:var(--soft);font-weight:500}
th:first-child,td:first-child{text-align:left;padding-left:0;white-space:normal;overflow-wrap:anywhere;min-width:8rem}
tbody tr:last-child td{border-bottom:0}
summary{cursor:pointer;color:var(--soft);font-size:.85rem;margin-top:.5rem}
footer{color:var(--soft);font-size:.85rem;margin-top:1.25rem}
@media (max-width:30rem){main{padding:1rem .5rem}section,.tiles div{padding:.75rem}table{font-size:.78rem}th,td{padding-left:.45rem}th:first-child,td:first-child{min-width:4.5rem}}
@media print{body{background:#fff}section,.tiles div{break-inside:avoid}}
`
