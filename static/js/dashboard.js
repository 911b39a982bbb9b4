// Draws a table over time: bars and lines, and the target as a line across. The table has everything.
//
// <figure data-chart="lines" data-table="id" data-series="name" data-target="40" data-target-name="…" hidden> with a
// .chart-canvas: one point for each row of the table, named by its th; a bar or line (data-kind) for each column whose
// heading has data-series="name", in the colour that its data-colour names. Cells carry data-value.
(() => {
  "use strict";

  const drawn = new Set();

  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const columns = (table, figure) => [...table.tHead.rows[0].cells]
    .filter((cell) => cell.dataset.series === figure.dataset.series)
    .map((cell) => ({
      type: cell.dataset.kind,
      name: cell.textContent.trim(),
      color: token(cell.dataset.colour),
      barMaxWidth: 24,
      lineStyle: { width: 3 },
      symbolSize: 7,
      data: [...table.tBodies[0].rows].map((row) => Number(row.cells[cell.cellIndex].dataset.value)),
    }));

  const target = (figure, points, text) => {
    const value = Number(figure.dataset.target);
    if (!value) return [];
    const end = { value, label: { show: true, position: "top", align: "right", formatter: figure.dataset.targetName, ...text } };
    const data = Array.from({ length: points }, (_, place) => (place === points - 1 ? end : value));
    return [{ type: "line", name: figure.dataset.targetName, color: token("--ink-soft"), symbol: "circle", symbolSize: 1, lineStyle: { type: "dashed", width: 1.5 }, data }];
  };

  const options = (table, figure, size) => {
    const rows = [...table.tBodies[0].rows];
    const text = { color: token("--ink"), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: size };
    return {
      animation: false,
      grid: { left: 4, right: 16, top: 24, bottom: 4, containLabel: true },
      textStyle: text,
      xAxis: { type: "category", axisTick: { show: false }, axisLabel: text, axisLine: { lineStyle: { color: token("--line-strong") } }, data: rows.map((row) => row.cells[0].textContent.trim()) },
      yAxis: { type: "value", minInterval: 1, axisLabel: { ...text, color: token("--ink-soft") }, splitLine: { lineStyle: { color: token("--line") } } },
      series: [...columns(table, figure), ...target(figure, rows.length, { ...text, color: token("--ink-soft") })],
    };
  };

  const draw = (figure) => {
    const table = document.getElementById(figure.dataset.table);
    const canvas = figure.querySelector(".chart-canvas");
    if (!table || !canvas || canvas.dataset.drawn) return;
    figure.hidden = false;
    canvas.dataset.drawn = "yes";
    const size = 0.8125 * parseFloat(getComputedStyle(document.documentElement).fontSize);
    const chart = window.echarts.init(canvas, null, { renderer: "canvas" });
    chart.setOption(options(table, figure, size));
    drawn.add(chart);
  };

  const drawAll = () => {
    if (window.echarts) document.querySelectorAll("figure[data-chart='lines']").forEach(draw);
  };

  document.addEventListener("DOMContentLoaded", drawAll);
  document.addEventListener("htmx:afterSettle", drawAll);
  window.addEventListener("resize", () => drawn.forEach((chart) => (chart.getDom().isConnected ? chart.resize() : drawn.delete(chart))));
})();
