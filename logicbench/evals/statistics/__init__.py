"""Statistics of evaluations: intervals, paired tests, curves over hardness, and the power behind them.

Everything works on NumPy arrays and knows nothing of runs. See ``docs/statistics.md`` for what is used where and why.
"""

from logicbench.evals.statistics.bootstrap import Bootstrap, cluster_bootstrap, cluster_sums, resample_sums
from logicbench.evals.statistics.calibration import Calibration, auroc, calibration
from logicbench.evals.statistics.clustered import (
    ClusteredMean,
    NestedMean,
    clustered_mean,
    clustered_proportion,
    effective_trials,
    encode,
    item_means,
    nested_mean,
    sum_by,
)
from logicbench.evals.statistics.equivalence import Equivalence, PairedDifference, paired_difference, tost
from logicbench.evals.statistics.intervals import Interval, clopper_pearson, finite_or_none, quantile, wilson
from logicbench.evals.statistics.multiplicity import holm
from logicbench.evals.statistics.paired import mcnemar_exact, mcnemar_midp, sign_flip, tango_score
from logicbench.evals.statistics.passk import chance_corrected, maj_at_k, pass_all_k, pass_at_k
from logicbench.evals.statistics.power import (
    design_effect,
    detectable_difference,
    mcnemar_power,
    required_items,
    required_items_equivalence,
    required_items_unpaired,
)
from logicbench.evals.statistics.psychometric import Psychometric, Shift, fit_psychometric, threshold_shift

__all__ = [
    "Bootstrap",
    "Calibration",
    "ClusteredMean",
    "Equivalence",
    "Interval",
    "NestedMean",
    "PairedDifference",
    "Psychometric",
    "Shift",
    "auroc",
    "calibration",
    "chance_corrected",
    "clopper_pearson",
    "cluster_bootstrap",
    "cluster_sums",
    "clustered_mean",
    "clustered_proportion",
    "design_effect",
    "detectable_difference",
    "effective_trials",
    "encode",
    "finite_or_none",
    "fit_psychometric",
    "holm",
    "item_means",
    "maj_at_k",
    "mcnemar_exact",
    "mcnemar_midp",
    "mcnemar_power",
    "nested_mean",
    "paired_difference",
    "pass_all_k",
    "pass_at_k",
    "quantile",
    "required_items",
    "required_items_equivalence",
    "required_items_unpaired",
    "resample_sums",
    "sign_flip",
    "sum_by",
    "tango_score",
    "threshold_shift",
    "tost",
    "wilson",
]
