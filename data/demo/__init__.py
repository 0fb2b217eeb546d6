"""The demo clinic: invented patients, staff, timetable, catalogue and scripted sessions. Nobody in it exists."""

from data.demo.cases import DemoCase, demo_cases
from data.demo.charts import demo_ehr
from data.demo.seed import DEMO_PASSWORD, seed

__all__ = ["DEMO_PASSWORD", "DemoCase", "demo_cases", "demo_ehr", "seed"]
