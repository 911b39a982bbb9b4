// Draws tables as bars. The table has everything: what is drawn here only repeats it for the eye.
//
// <figure data-chart="bars" data-table="id" data-series="name" hidden> with a .chart-canvas: one bar for each row of the
// table, named by its th; stacked from the columns whose heading has data-series="name", in the colour that its
// data-colour names (a custom property of css/tokens.css). Cells carry data-value.
(() => {
  "use strict";

  const ROW = 30;
  const MARGIN = 24;
  const drawn = new Set();

  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const columns = (table, name) => [...table.tHead.rows[0].cells]
    .filter((cell) => cell.dataset.series === name)
    .map((cell) => ({ place: cell.cellIndex, name: cell.textContent.trim(), colour: token(cell.dataset.colour) }));

  const options = (table, name, size) => {
    const rows = [...table.tBodies[0].rows];
    const text = { color: token("--ink"), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: size };
    const series = columns(table, name).map((column) => ({
      type: "bar",
      stack: "all",
      name: column.name,
      barMaxWidth: 18,
      itemStyle: { color: column.colour },
      label: { show: true, ...text, fontSize: size - 1, color: token("--surface"), formatter: ({ value }) => value || "" },
      data: rows.map((row) => Number(row.cells[column.place].dataset.value)),
    }));
    return {
      animation: false,
      grid: { left: 4, right: 12, top: 4, bottom: 4, containLabel: true },
      textStyle: text,
      xAxis: { type: "value", minInterval: 1, axisLabel: { ...text, color: token("--ink-soft") }, splitLine: { lineStyle: { color: token("--line") } } },
      yAxis: { type: "category", inverse: true, axisTick: { show: false }, axisLabel: text, axisLine: { lineStyle: { color: token("--line-strong") } }, data: rows.map((row) => row.cells[0].textContent.trim()) },
      series,
    };
  };

  const draw = (figure) => {
    const table = document.getElementById(figure.dataset.table);
    const canvas = figure.querySelector(".chart-canvas");
    if (!table || !canvas || canvas.dataset.drawn) return;
    figure.hidden = false;
    canvas.dataset.drawn = "yes";
    const size = 0.8125 * parseFloat(getComputedStyle(document.documentElement).fontSize);
    canvas.style.height = `${table.tBodies[0].rows.length * ROW + MARGIN}px`;
    const chart = window.echarts.init(canvas, null, { renderer: "canvas" });
    chart.setOption(options(table, figure.dataset.series, size));
    drawn.add(chart);
  };

  const drawAll = () => {
    if (window.echarts) document.querySelectorAll("figure[data-chart='bars']").forEach(draw);
  };

  document.addEventListener("DOMContentLoaded", drawAll);
  document.addEventListener("htmx:afterSettle", drawAll);
  window.addEventListener("resize", () => drawn.forEach((chart) => (chart.getDom().isConnected ? chart.resize() : drawn.delete(chart))));
})();
