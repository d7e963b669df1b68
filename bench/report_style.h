/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The style sheet of report.html. The colours of the configurations are those
 * of plot_style.gp.
 */
#ifndef BENCH_REPORT_STYLE_H
#define BENCH_REPORT_STYLE_H

static const char report_style[] =
":root{color-scheme:light;--ink:#1f2937;--soft:#6b7280;--line:#e5e7eb;--more:#b45309;"
"--less:#0f766e}\n"
"*{box-sizing:border-box}\n"
"body{margin:0;background:#f6f7f9;color:var(--ink);"
"font:16px/1.55 system-ui,-apple-system,'Segoe UI',sans-serif}\n"
"main{max-width:80rem;margin:0 auto;padding:2rem 1.25rem 4rem}\n"
"header{margin-bottom:1.25rem}\n"
".kind{margin:0;color:var(--soft);font-size:.85rem;letter-spacing:.06em;"
"text-transform:uppercase}\n"
"h1{margin:.1rem 0 .4rem;font-size:1.9rem;line-height:1.2}\n"
"h2{margin:0 0 .8rem;font-size:1.3rem}\n"
"h3{margin:2rem 0 .6rem;font-size:1.05rem}\n"
"h4{margin:1.4rem 0 .2rem;font-size:.95rem;font-family:ui-monospace,monospace}\n"
"nav a{margin-right:1rem;color:#1d4ed8;text-decoration:none}\n"
"nav a:hover{text-decoration:underline}\n"
"section{margin:1.25rem 0;padding:1.4rem 1.5rem;background:#fff;border:1px solid var(--line);"
"border-radius:.7rem}\n"
".caution{margin:0 0 1.25rem;padding:.9rem 1.2rem;background:#fff8e6;"
"border-left:4px solid #e0a100;border-radius:.35rem}\n"
".caution.native{background:#eef6ff;border-color:#3b82f6}\n"
".tiles{display:flex;flex-wrap:wrap;gap:.75rem;margin-bottom:.75rem;align-items:stretch}\n"
".tiles>div{padding:.7rem 1rem;background:#fff;border:1px solid var(--line);"
"border-radius:.7rem}\n"
".tiles .what{flex:1 1 17rem}\n"
".tile{flex:0 1 8rem;text-align:center}\n"
".tiles b{display:block;font-size:1.5rem;line-height:1.2;font-variant-numeric:tabular-nums}\n"
".tiles .what b{font-size:1.05rem;line-height:1.7}\n"
".tiles span{color:var(--soft);font-size:.82rem}\n"
".tile.more b,td.more{color:var(--more)}\n"
".tile.less b,td.less{color:var(--less)}\n"
"td.open{color:var(--soft);font-style:italic}\n"
"td.same,td.none{color:var(--soft)}\n"
"ul{margin:.2rem 0;padding-left:1.2rem}\n"
"li{margin:.25rem 0}\n"
".scroll{overflow-x:auto}\n"
"table{border-collapse:collapse;width:100%;font-size:.86rem;"
"font-variant-numeric:tabular-nums}\n"
"th,td{padding:.35rem .6rem;border-bottom:1px solid var(--line);text-align:left;"
"vertical-align:top}\n"
"thead th{position:sticky;top:0;background:#fff;color:var(--soft);font-weight:600;"
"white-space:nowrap;border-bottom:2px solid var(--line)}\n"
"tbody td:nth-child(-n+4){white-space:nowrap}\n"
"tbody th{font-weight:600;white-space:nowrap}\n"
"tbody tr:hover{background:#f9fafb}\n"
".n{text-align:right;white-space:nowrap}\n"
".c0{color:#6b7280}.c1{color:#0072b2}.c2{color:#c2410c}\n"
"table.env td{font-family:ui-monospace,monospace;font-size:.8rem;word-break:break-all}\n"
"tr.first>*{border-top:2px solid #eef0f3}\n"
"details{margin:.5rem 0}summary{cursor:pointer;color:#1d4ed8}\n"
"figure{margin:.8rem 0;overflow-x:auto}\n"
"figure svg{display:block;width:100%;height:auto}\n"
"code{padding:.05rem .3rem;background:#f1f3f5;border-radius:.25rem;font-size:.9em}\n"
"@media print{body{background:#fff}section{border:0;padding:0;break-inside:avoid-page}}\n";

#endif
